/** Faults that make a cluster worse without cutting it, seen from outside: each of these fails when the fault does nothing. */

import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { findRealServer } from '#src/cluster/toxiproxy/discover';
import { wallClock } from '#src/schedule/clock';
import { type FaultRecord, play } from '#src/schedule/player';
import { validateSchedule } from '#src/schedule/validate';
import type { CutStyle } from '#src/schedule/world';
import {
  type CountingCluster,
  patienceMs,
  startCounting,
  temporaryFolder,
  until,
} from './support/counting-cluster.ts';
import {
  arrived,
  firing,
  lastSent,
  manyNumbers,
  nameOf,
  nodes,
  onlyOpen,
  pairs,
  views,
  whole,
} from './support/numbers.ts';

type Pair = (typeof pairs)[number];

const outOf = (node: string) => pairs.filter(({ from }) => from === node);
const notOutOf = (node: string) => pairs.filter(({ from }) => from !== node);

for (const server of ['embedded', 'real'] as const) describeWith(server);

/** Whether a client is answered where clients ask. */
async function isServed(cluster: CountingCluster, node: string, withinMs: number) {
  const socket = createConnection({ ...cluster.clientAddress(node) });
  const timer = setTimeout(() => socket.destroy(new Error('no answer')), withinMs);
  try {
    return (await text(socket)) !== '';
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** Numbers given out after `since`, with how long they were on their way, as far as they arrived. */
async function journeys(cluster: CountingCluster, pair: Pair, since: number) {
  const all = await views(cluster);
  const numbers = arrived(all, pair);
  const delays = all.get(pair.to)?.delays[pair.from] ?? [];
  return numbers.flatMap((number, i) => (number > since ? [{ number, ms: delays[i] ?? 0 }] : []));
}

/** The last number given out on each link. */
async function marks(cluster: CountingCluster): Promise<ReadonlyMap<string, number>> {
  const all = await views(cluster);
  return new Map(pairs.map((pair) => [nameOf(pair), lastSent(all, pair)]));
}

/** `over`: aborting it ends the fault before its time. */
function playOne(
  cluster: CountingCluster,
  entry: object,
  over = new AbortController(),
): Promise<readonly FaultRecord[]> {
  const origin = cluster.nowNs();
  return play({
    schedule: validateSchedule([entry], { nodes }),
    world: cluster,
    clock: wallClock(() => cluster.nowNs() - origin),
    seed: 1,
    signal: over.signal,
    report: () => undefined,
  });
}

function describeWith(server: 'embedded' | 'real'): void {
  describe(`effects of faults on real processes, ${server} Toxiproxy`, function () {
    this.timeout(180_000);
    let folder: Awaited<ReturnType<typeof temporaryFolder>> | undefined;
    let cluster: CountingCluster;

    before(async function () {
      if (server === 'real' && findRealServer() === undefined) {
        console.log('    skipped: there is no toxiproxy-server (the real Toxiproxy) here');
        this.skip();
      }
      folder = await temporaryFolder();
      cluster = await startCounting(folder.path, { toxiproxy: server });
      await whole(cluster);
    });
    after(async () => {
      await cluster?.[Symbol.asyncDispose]();
      await folder?.[Symbol.asyncDispose]();
    });

    /** Waits until so many numbers that were given out since then have arrived on each of these links. */
    const arrivedSince = (
      since: ReadonlyMap<string, number>,
      links: readonly Pair[],
      count: number,
    ) =>
      until(`${count} numbers on ${links.map(nameOf).join()}`, async () => {
        const all = await Promise.all(
          links.map((pair) => journeys(cluster, pair, since.get(nameOf(pair)) ?? 0)),
        );
        return all.every(({ length }) => length >= count) && all;
      });

    it('slow-link: what is sent takes that much longer, on those links only', async () => {
      const fault = firing(cluster, 'slow-link', ['n1'], {
        direction: 'out',
        latencyMs: 150,
        jitterMs: 100,
      });
      const injected = await fault.inject();
      assert.match(JSON.stringify(injected), /n1->n2":"latency upstream latencyMs 200 jitterMs 50/);
      const since = await marks(cluster);
      const slow = await arrivedSince(since, outOf('n1'), manyNumbers);
      const least = Math.min(...slow.flat().map(({ ms }) => ms));
      assert.ok(least >= 149, `it took ${least} ms`);
      const quick = await arrivedSince(since, notOutOf('n1'), manyNumbers);
      assert.ok(quick.every((link) => Math.min(...link.map(({ ms }) => ms)) < 100));
      await fault.heal();
      const healedAt = await marks(cluster);
      const healed = await arrivedSince(healedAt, outOf('n1'), manyNumbers);
      assert.ok(healed.every((link) => Math.min(...link.map(({ ms }) => ms)) < 100));
    });

    it('two slow links on each other add up', async () => {
      await cluster.links.degrade('a', outOf('n1'), { latencyMs: 60 });
      await cluster.links.degrade('b', outOf('n1'), { latencyMs: 90 });
      const both = await arrivedSince(await marks(cluster), outOf('n1'), manyNumbers);
      assert.ok(both.flat().every(({ ms }) => ms >= 149));
      await cluster.links.heal('b');
      const since = await marks(cluster);
      const one = await arrivedSince(since, outOf('n1'), manyNumbers);
      assert.ok(one.flat().every(({ ms }) => ms >= 59));
      assert.ok(one.flat().some(({ ms }) => ms < 149));
      await cluster.links.heal('a');
      await whole(cluster);
    });

    it('loss: the line stands still now and then, and nothing is missing in the end', async () => {
      await whole(cluster);
      const fault = firing(cluster, 'loss', ['n1'], { direction: 'out', loss: 0.5 });
      await fault.inject();
      const since = await marks(cluster);
      const first = since.get('n1->n2') ?? 0;
      await until('a number that is late', async () => {
        const seen = await journeys(cluster, { from: 'n1', to: 'n2' }, first);
        return seen.some(({ ms }) => ms >= 150);
      });
      await fault.heal();
      const end = (await marks(cluster)).get('n1->n2') ?? 0;
      const all = await until('all numbers', async () => {
        const numbers = (await journeys(cluster, { from: 'n1', to: 'n2' }, 0)).map(
          ({ number }) => number,
        );
        return numbers.includes(end) && numbers;
      });
      const missing = Array.from({ length: end - first }, (_, i) => first + i + 1).filter(
        (number) => !all.includes(number),
      );
      assert.deepEqual(missing, []);
    });

    it('bandwidth: what does not fit through waits longer and longer', async () => {
      const fault = firing(cluster, 'bandwidth', ['n1'], {
        direction: 'out',
        bytesPerSecond: 1000,
      });
      await fault.inject();
      const marked = await marks(cluster);
      const since = marked.get('n1->n3') ?? 0;
      await until('a long wait', async () => {
        const seen = await journeys(cluster, { from: 'n1', to: 'n3' }, since);
        return seen.some(({ ms }) => ms > 400);
      });
      const [others = []] = await arrivedSince(marked, [{ from: 'n2', to: 'n3' }], manyNumbers);
      assert.ok(others.some(({ ms }) => ms < 100));
      await fault.heal();
      await whole(cluster);
    });

    it('slicer: lines arrive in pieces', async () => {
      const before = await views(cluster);
      const fault = firing(cluster, 'slicer', ['n1'], { direction: 'out', sliceBytes: 5 });
      await fault.inject();
      const torn = (all: typeof before, from: string, to: string) =>
        (all.get(to)?.torn[from] ?? 0) - (before.get(to)?.torn[from] ?? 0);
      const after = await until('torn lines', async () => {
        const all = await views(cluster);
        return outOf('n1').every(({ from, to }) => torn(all, from, to) > manyNumbers) && all;
      });
      assert.ok(torn(after, 'n2', 'n3') < 5, 'another link is torn, too');
      await fault.heal();
      await whole(cluster);
    });

    it('reset: connections break again and again, on those links only', async () => {
      const before = await views(cluster);
      const entry = { at: 0, for: 2500, fault: { kind: 'reset', everyMs: 200 }, target: 'n1' };
      const [record] = await playOne(cluster, {
        ...entry,
        fault: { ...entry.fault, direction: 'out' },
      });
      assert.equal(record?.outcome.kind, 'installed', JSON.stringify(record));
      await whole(cluster);
      const after = await views(cluster);
      const dials = ({ from, to }: Pair) =>
        (after.get(from)?.dials[to] ?? 0) - (before.get(from)?.dials[to] ?? 0);
      for (const pair of outOf('n1')) assert.ok(dials(pair) >= 2, `${nameOf(pair)} ${dials(pair)}`);
      for (const pair of notOutOf('n1')) assert.equal(dials(pair), 0, nameOf(pair));
    });

    it('flapping: what is sent is lost, arrives, and is lost again', async () => {
      const since = (await marks(cluster)).get('n1->n2') ?? 0;
      const fault = { kind: 'flapping', style: 'refuse', downMs: 150, upMs: 250 };
      const [record] = await playOne(cluster, { at: 0, for: 3000, fault, target: 'n1' });
      assert.deepEqual([record?.outcome.kind, record?.healError], ['installed', undefined]);
      await whole(cluster);
      const numbers = (await journeys(cluster, { from: 'n1', to: 'n2' }, since)).map(
        ({ number }) => number,
      );
      const gaps = numbers.filter((number, i) => i > 0 && number - (numbers[i - 1] ?? 0) > 5);
      assert.ok(gaps.length >= 2, `${gaps.length} gaps`);
    });

    it('a partition of given pairs cuts exactly those', async () => {
      const fault = firing(cluster, 'partition', nodes, {
        shape: 'graph',
        cuts: [['n1', 'n3']],
        style: 'drop',
      });
      await fault.inject();
      const open = pairs.map(nameOf).filter((name) => !['n1->n3', 'n3->n1'].includes(name));
      await onlyOpen(cluster, open);
      await fault.heal();
      await whole(cluster);
    });

    for (const style of ['hold', 'drop', 'refuse'] as const satisfies readonly CutStyle[]) {
      it(`client-cut ${style}: no client is served, and its peers and other clients are`, async () => {
        assert.ok(await isServed(cluster, 'n1', patienceMs));
        const fault = firing(cluster, 'client-cut', ['n1'], { style });
        await fault.inject();
        assert.equal(await isServed(cluster, 'n1', 300), false);
        assert.ok(await isServed(cluster, 'n2', patienceMs));
        await onlyOpen(cluster, pairs.map(nameOf));
        await fault.heal();
        await fault.heal();
        assert.ok(await isServed(cluster, 'n1', patienceMs));
      });
    }

    if (server === 'embedded') processFaults(() => cluster);
  });
}

/** Longer than any test waits: faults that are ended as soon as their effect was seen. */
const longMs = 120_000;

/** These have nothing to do with the proxy. */
function processFaults(at: () => CountingCluster): void {
  it('kill in a loop: the node is another process again and again', async () => {
    const cluster = at();
    const before = cluster.pid('n2');
    const pids = new Set<number | undefined>();
    const fault = { kind: 'kill', pattern: 'loop', downMs: 50, upMs: 50 };
    const over = new AbortController();
    const playing = playOne(cluster, { at: 0, for: longMs, fault, target: 'n2' }, over);
    await until('two restarts', async () => {
      const pid = cluster.pid('n2');
      if (pid !== undefined && pid !== before) pids.add(pid);
      return pids.size >= 2;
    });
    over.abort();
    const [record] = await playing;
    assert.deepEqual([record?.outcome.kind, record?.healError], ['installed', undefined]);
    await whole(cluster);
    assert.deepEqual(cluster.exits, []);
  });

  it('kill rolling: every target is another process afterwards, and never two are down', async () => {
    const cluster = at();
    const before = nodes.map((node) => cluster.pid(node));
    let down = 0;
    const watch = setInterval(() => {
      down = Math.max(down, nodes.filter((node) => cluster.pid(node) === undefined).length);
    }, 2);
    const fault = { kind: 'kill', pattern: 'rolling', downMs: 20, upMs: 20 };
    const over = new AbortController();
    const playing = playOne(cluster, { at: 0, for: longMs, fault, target: 'all' }, over);
    await until('others in the place of all', async () =>
      nodes.every((node, i) => ![undefined, before[i]].includes(cluster.pid(node))),
    );
    over.abort();
    await playing;
    clearInterval(watch);
    assert.equal(down, 1);
    await whole(cluster);
  });

  it('slow-cpu: the node gets less done than the others, and as much again when it heals', async () => {
    const cluster = at();
    const sent = async (node: string) => {
      const all = await cluster.statuses();
      return all.get(node)?.sent['n3'];
    };
    /** What n1 gave out for each number of n2. */
    const share = async () => {
      const [one, two] = [await until('n1', () => sent('n1')), await until('n2', () => sent('n2'))];
      return until('numbers', async () => {
        const [oneNow, twoNow] = [await sent('n1'), await sent('n2')];
        if (oneNow === undefined || twoNow === undefined || twoNow < two + 100) return undefined;
        return (oneNow - one) / (twoNow - two);
      });
    };
    const fault = { kind: 'slow-cpu', share: 0.1, periodMs: 200 };
    const over = new AbortController();
    const playing = playOne(cluster, { at: 0, for: longMs, fault, target: 'n1' }, over);
    const slow = await share();
    over.abort();
    const [record] = await playing;
    assert.deepEqual([record?.outcome.kind, record?.healError], ['installed', undefined]);
    assert.ok(slow < 0.6, `it still did ${slow} of the work`);
    // A busy machine may be unfair to one of them for a while.
    await until('as much as others do', async () => (await share()) > 0.7);
  });
}
