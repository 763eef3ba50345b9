/** What faults do to a simulated cluster: each method of its world, seen to take effect, and seen to be undone. */

import assert from 'node:assert/strict';
import { buildSpec } from '#src/run/build-spec';
import { type Simulated, type SimulateOptions, simulate } from '#src/run/simulate';
import { Unavailable } from '#src/schedule/world';
import type { SimCluster, SimEvent, Traced } from '#src/sim/index';

type Act = (cluster: SimCluster) => Promise<unknown>;

interface Watched extends Simulated {
  readonly events: readonly SimEvent[];
  readonly traced: readonly Traced[];
}

/** A small test of 6 s, with something done at some times, in ms. */
async function run(
  acts: Readonly<Record<number, Act>>,
  sim: Record<string, unknown> = {},
  options: SimulateOptions = {},
): Promise<Watched> {
  const small = { system: 'raft', nodes: 3, clients: 12, rate: 60, time: 6, opTimeoutMs: 400 };
  const request = { ...small, world: 'sim', sim };
  const events: SimEvent[] = [];
  const traced: Traced[] = [];
  const failures: unknown[] = [];
  const simulated = await simulate(buildSpec(request, 3), {
    ...options,
    witness: (event) => events.push(event),
    observe: (event) => traced.push(event),
    onCluster: (cluster) => {
      for (const [ms, act] of Object.entries(acts)) {
        cluster.timeline.at(Number(ms) * 1e6, () => {
          Promise.resolve(act(cluster)).catch((error: unknown) => failures.push(error));
        });
      }
    },
  });
  if (failures.length > 0) throw failures[0];
  return { ...simulated, events, traced };
}

const ended = ({ history }: Simulated, node: string, fromMs: number, toMs: number) =>
  history.filter(
    (op) =>
      op.node === node && op.type !== 'invoke' && op.time > fromMs * 1e6 && op.time < toMs * 1e6,
  );
const okOf = (...of: Parameters<typeof ended>): number =>
  ended(...of).filter(({ type }) => type === 'ok').length;

const startsOf = ({ events }: Watched, node: string) =>
  events.flatMap((event) => (event.kind === 'started' && event.node === node ? [event] : []));

const leaderOf = async ({ world }: SimCluster): Promise<string> => (await world.leaders())[0] ?? '';
const followerOf = async (cluster: SimCluster): Promise<string> => {
  const leader = await leaderOf(cluster);
  return cluster.world.nodes.find((node) => node !== leader) ?? '';
};

describe('sim: processes', () => {
  it('a killed process keeps what it had written; a loss of power takes what was not synced', async () => {
    const records: Record<string, number> = {};
    for (const unsynced of ['kept', 'lost'] as const) {
      let node = '';
      const result = await run({
        1500: async (cluster) => {
          node = await followerOf(cluster);
          await cluster.world.disks.trouble('slow', node, { kind: 'slow', fsyncMs: 2_000 });
        },
        2500: ({ world }) => world.processes.kill('k', node, unsynced),
        3000: async ({ world }) => {
          await world.disks.release('slow');
          await world.processes.release('k');
        },
      });
      const [first, second] = startsOf(result, node);
      assert.equal(first?.records, 0);
      assert.equal(second?.incarnation, 2);
      records[unsynced] = second?.records ?? 0;
      assert.ok(okOf(result, node, 4_000, 6_000) > 10);
    }
    assert.ok((records['kept'] ?? 0) > (records['lost'] ?? 0), JSON.stringify(records));
  });

  it('a paused leader is replaced, does nothing meanwhile, and goes on afterwards', async () => {
    let paused = '';
    const result = await run({
      2000: async (cluster) => {
        paused = await leaderOf(cluster);
        await cluster.world.processes.pause('p', paused);
      },
      4000: ({ world }) => world.processes.release('p'),
    });
    const during = (one: Traced): boolean => one.timeNs > 2e9 && one.timeNs < 4e9;
    assert.ok(result.traced.some((one) => during(one) && one.ev === 'becomeLeader'));
    assert.deepEqual(
      result.traced.filter((one) => during(one) && one.node === paused),
      [],
    );
    assert.ok(okOf(result, paused, 4_500, 6_000) > 10);
  });

  it('two owners: a node comes back when the last of them lets go', async () => {
    const result = await run({
      1000: ({ world }) => world.processes.kill('a', 'n2'),
      1200: ({ world }) => world.processes.kill('b', 'n2'),
      2000: ({ world }) => world.processes.release('a'),
      3000: ({ world }) => world.processes.release('b'),
    });
    const [, second] = startsOf(result, 'n2');
    assert.ok(second !== undefined && second.timeNs > 3e9);
  });
});

describe('sim: clients', () => {
  for (const style of ['hold', 'drop', 'refuse'] as const) {
    it(`cut off from a node (${style}) they get nothing done there until it is healed`, async () => {
      const result = await run({
        2000: ({ world }) => world.clients.cut('c', ['n1'], style),
        4000: ({ world }) => world.clients.heal('c'),
      });
      assert.equal(okOf(result, 'n1', 2_050, 4_000), 0);
      assert.ok(okOf(result, 'n2', 2_050, 4_000) > 10);
      assert.ok(okOf(result, 'n1', 4_300, 6_000) > 10);
      // What cannot have left the client failed; what may have arrived is unknown.
      const writes = ended(result, 'n1', 2_050, 4_100).filter(({ f }) => f !== 'read');
      const expected = style === 'refuse' ? 'fail' : 'info';
      assert.ok(writes.some(({ type }) => type === expected));
    });
  }
});

describe('sim: clocks', () => {
  it('a clock that runs fast makes its node impatient, and is right again when released', async () => {
    const result = await run({
      1500: async (cluster) => {
        const node = await followerOf(cluster);
        const reading = await cluster.world.clocks.adjust('c', node, { rate: 20, offsetMs: -500 });
        assert.equal(reading.rate, 20);
        assert.equal(Math.round(reading.offsetMs), -500);
      },
      3500: async (cluster) => {
        await cluster.world.clocks.release('c');
        for (const node of cluster.world.nodes) assert.equal(cluster.node(node).clock.rate, 1);
      },
    });
    const campaigns = (fromMs: number, toMs: number): number =>
      result.traced.filter(
        ({ ev, timeNs }) =>
          ev === 'becomePreCandidate' && timeNs > fromMs * 1e6 && timeNs < toMs * 1e6,
      ).length;
    assert.equal(campaigns(1_000, 1_500), 0);
    assert.ok(campaigns(1_500, 3_500) > 5);
    assert.equal(campaigns(4_000, 6_000), 0);
  });
});

describe('sim: disks', () => {
  it('a node whose disk fails stops at once, which is no finding, and is started when it is healed', async () => {
    for (const code of ['EIO', 'ENOSPC'] as const) {
      const result = await run({
        2000: ({ world }) => world.disks.trouble('d', 'n3', { kind: 'error', code, once: false }),
        4000: ({ world }) => world.disks.release('d'),
      });
      assert.equal(result.ends.length, 1);
      assert.match(result.ends[0]?.error ?? '', new RegExp(`^disk: ${code}.*injected`));
      assert.deepEqual(result.brokenNodes, []);
      assert.ok(!result.history.some(({ f }) => f === 'node-exit'));
      assert.equal(okOf(result, 'n3', 2_500, 4_000), 0);
      assert.ok(okOf(result, 'n3', 4_500, 6_000) > 10);
    }
  });

  it('a node that stopped for a failing disk and whose log was damaged since is no failure to heal', async () => {
    const result = await run({
      1000: ({ world }) =>
        world.disks.trouble('d', 'n1', { kind: 'error', code: 'EIO', once: true }),
      2000: ({ world }) => world.disks.damage('n1', { kind: 'bit-rot', sectors: 1, seed: 1 }),
      3000: ({ world }) => world.disks.release('d'),
    });
    assert.deepEqual(
      result.ends.map(({ cause, isForGood }) => ({ cause, isForGood })),
      [
        { cause: 'injected', isForGood: false },
        { cause: 'injected', isForGood: true },
      ],
    );
  });

  it('a damaged log keeps its node down; more than a minority of them is refused', async () => {
    const result = await run({
      2000: async ({ world }) => {
        await assert.rejects(
          world.disks.damage('n1', { kind: 'bit-rot', sectors: 1, seed: 1 }),
          /kill it first/,
        );
        await world.processes.kill('a', 'n1');
        await world.disks.damage('n1', { kind: 'bit-rot', sectors: 1, seed: 1 });
        await world.processes.release('a');
        await world.processes.kill('b', 'n2');
        await assert.rejects(
          world.disks.damage('n2', { kind: 'misdirected', seed: 1 }),
          (error: unknown) =>
            error instanceof Unavailable && /no majority of sound copies/.test(error.message),
        );
        await world.processes.release('b');
      },
    });
    assert.match(result.ends[0]?.error ?? '', /^disk: .*batch/);
    assert.equal(startsOf(result, 'n1').length, 1);
    assert.deepEqual(
      result.history.filter(({ f }) => f === 'node-lost').map(({ node }) => node),
      ['n1'],
    );
    assert.ok(okOf(result, 'n3', 3_000, 6_000) > 10);
  });
});

describe('sim: what a world cannot do', () => {
  it('is refused with the reason, so that no fault is recorded that had no effect', async () => {
    const links = [{ from: 'n1', to: 'n2' }];
    const refusal = (words: RegExp) => (error: unknown) =>
      error instanceof Unavailable && words.test(error.message);
    await run({
      1000: async ({ world }) => {
        await assert.rejects(
          world.links.degrade('o', links, { reordered: 0.5 }),
          refusal(/streams/),
        );
        await assert.rejects(world.links.degrade('o', links, { sliceBytes: 1 }), refusal(/pieces/));
      },
    });
    const datagrams = { network: { transport: 'datagram' } };
    await run(
      { 1000: ({ world }) => assert.rejects(world.links.reset(links), refusal(/datagrams/)) },
      datagrams,
    );
  });
});
