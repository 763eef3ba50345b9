/** Clocks of real nodes: each of these fails when setting them does nothing. */

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { control } from '#src/node/client';
import { monotonicMs } from '#src/node/clock';
import type { ClockReading } from '#src/schedule/world';
import { startCounting, temporaryFolder, until } from './support/counting-cluster.ts';
import { leaderOf, type OwnCluster, registerAt, startOwn } from './support/own-cluster.ts';

/** How far a node's clock is ahead of the machine's, asked past the harness's own bookkeeping; in ms, give or take `width`. */
async function ahead(cluster: OwnCluster, node: string) {
  const from = monotonicMs();
  const seen = await control(cluster.directAddress(node), { kind: 'faults' }, 5_000);
  const until = monotonicMs();
  assert.equal(seen.kind, 'faults');
  const middle = (from + until) / 2;
  return { ms: 'clockMs' in seen ? seen.clockMs - middle : Number.NaN, width: until - from + 1 };
}

const newestTerm = (cluster: OwnCluster) =>
  until('an answer of every node', async () => {
    const all = [...(await cluster.statuses()).values()].map(({ term }) => term);
    return all.length === cluster.nodes.length && Math.max(...all);
  });

/** What a leader that is cut off, with its clock at this rate, says after another one has taken a write: old, new, or nothing. */
async function readBehindTheBack(cluster: OwnCluster, rate: number, round: number, waitMs: number) {
  const old = await leaderOf(cluster);
  const key = `key${round}`;
  using atOld = registerAt(cluster, old);
  await atOld.write(key, 'old');
  const around = cluster.nodes
    .filter((node) => node !== old)
    .flatMap((node) => [
      { from: old, to: node },
      { from: node, to: old },
    ]);
  await cluster.links.cut('lease', around, 'hold');
  await cluster.clocks.adjust('lease', old, { rate });
  const next = await until('another leader', async () =>
    (await cluster.leaders()).find((node) => node !== old),
  );
  using atNext = registerAt(cluster, next);
  await atNext.write(key, 'new');
  const outcome = await atOld.tryRead(key, waitMs);
  await cluster.clocks.release('lease');
  await cluster.links.heal('lease');
  return outcome.kind === 'ok' ? outcome.result : 'nothing';
}

describe('lease reads on real nodes', function () {
  this.timeout(240_000);

  const rounds = async (rate: number, count: number, waitMs: number) => {
    await using folder = await temporaryFolder();
    await using cluster = await startOwn(folder.path, { options: { reads: 'lease' } });
    const seen: unknown[] = [];
    for (let round = 0; round < count && !seen.includes('old'); round += 1) {
      seen.push(await readBehindTheBack(cluster, rate, round, waitMs));
    }
    assert.deepEqual(cluster.exits, []);
    return seen;
  };

  it('a clock that is much slower than the bound allows makes a stale read', async () => {
    // A machine that is busy may let the lease run out before the clock is slow; not five times.
    const seen = await rounds(0.02, 5, 5_000);
    assert.ok(seen.includes('old'), `only ${seen.join(', ')}`);
  });

  it('a clock within the bound makes none', async () => {
    const seen = await rounds(0.92, 4, 1_000);
    assert.ok(!seen.includes('old'), seen.join(', '));
  });
});

describe('clocks of real nodes', function () {
  this.timeout(240_000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let cluster: OwnCluster;
  before(async () => {
    folder = await temporaryFolder();
    cluster = await startOwn(folder.path);
  });
  after(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  it('jump forth and back, by as much as was asked, and stay there', async () => {
    const before = await ahead(cluster, 'n1');
    const fromMs = monotonicMs();
    const reading = await cluster.clocks.adjust('jump', 'n1', { offsetMs: 5_000 });
    const tookMs = monotonicMs() - fromMs;
    const after = await ahead(cluster, 'n1');
    const near = (a: number, b: number, width: number) => Math.abs(a - b) <= width;
    assert.ok(near(after.ms - before.ms, 5_000, before.width + after.width), `${after.ms}`);
    assert.ok(near(reading.offsetMs, after.ms, tookMs + after.width), JSON.stringify(reading));
    await cluster.clocks.adjust('jump', 'n1', { offsetMs: -5_000 });
    await cluster.clocks.release('jump');
    const back = await ahead(cluster, 'n1');
    assert.ok(near(back.ms, before.ms, before.width + back.width), `${back.ms}`);
  });

  it('run fast while they are told to, over a restart too, and right afterwards', async () => {
    const reading: ClockReading = await cluster.clocks.adjust('drift', 'n2', { rate: 3 });
    assert.ok(reading.rate > 2 && reading.rate < 4.5, JSON.stringify(reading));
    const drifts = async () => {
      const [from, fromMs] = [await ahead(cluster, 'n2'), monotonicMs()];
      for (;;) {
        await delay(300);
        const [to, toMs] = [await ahead(cluster, 'n2'), monotonicMs()];
        // On a busy machine looks take long, and say less: then they have to lie further apart.
        if (toMs - fromMs < 10 * (from.width + to.width)) continue;
        return 1 + (to.ms - from.ms) / (toMs - fromMs);
      }
    };
    await cluster.processes.kill('kill', 'n2');
    await cluster.processes.release('kill');
    const fast = await drifts();
    assert.ok(fast > 2 && fast < 4, `after a restart: ${fast}`);
    await cluster.clocks.release('drift');
    const right = await drifts();
    assert.ok(right > 0.5 && right < 1.5, `after its release: ${right}`);
    assert.ok((await ahead(cluster, 'n2')).ms > 300, 'the offset that it had gained is gone');
  });

  it('multiply where two faults want something of one, and each heals only its own', async () => {
    await cluster.clocks.adjust('a', 'n3', { rate: 4 });
    const both = await cluster.clocks.adjust('b', 'n3', { rate: 0.5 });
    assert.ok(both.rate > 1.2 && both.rate < 3, JSON.stringify(both));
    await cluster.clocks.release('a');
    const one = await cluster.clocks.adjust('c', 'n3', { rate: 0.5 });
    assert.ok(one.rate > 0.1 && one.rate < 0.4, JSON.stringify(one));
    await cluster.clocks.release('b');
    await cluster.clocks.release('c');
  });

  it('reach a paused node when it goes on', async () => {
    await cluster.processes.pause('pause', 'n1');
    const reading = await cluster.clocks.adjust('later', 'n1', { offsetMs: 60_000 });
    assert.match(reading.unmeasured ?? '', /n1 does not answer/);
    await cluster.processes.release('pause');
    assert.ok((await ahead(cluster, 'n1')).ms > 50_000);
    await cluster.clocks.release('later');
  });

  it('rule elections: followers whose clocks run fast depose a leader that is well', async () => {
    const leader = await leaderOf(cluster);
    let before = 0;
    await until('a second in which nobody campaigns', async () => {
      before = await newestTerm(cluster);
      await delay(1_000);
      return (await newestTerm(cluster)) === before;
    });
    const followers = cluster.nodes.filter((node) => node !== leader);
    await Promise.all(followers.map((node) => cluster.clocks.adjust('fast', node, { rate: 50 })));
    await until('a newer term', async () => (await newestTerm(cluster)) > before);
    await cluster.clocks.release('fast');
    await leaderOf(cluster);
    assert.deepEqual(cluster.exits, []);
  });

  it('of a program without a way to set them are said not to be available', async () => {
    await using other = await temporaryFolder();
    await using counting = await startCounting(other.path);
    await assert.rejects(counting.clocks.adjust('a', 'n1', { rate: 2 }), {
      name: 'Unavailable',
      message: /offers no way/,
    });
    await assert.rejects(counting.disks.trouble('a', 'n1', { kind: 'slow', fsyncMs: 1 }), {
      name: 'Unavailable',
    });
    await assert.rejects(counting.processes.kill('a', 'n1', 'lost'), { name: 'Unavailable' });
    await counting.clocks.release('a');
    await counting.disks.release('a');
    assert.notEqual(counting.pid('n1'), undefined);
  });
});
