import assert from 'node:assert/strict';
import { judge } from '#src/hunt/judge';
import { fewestAttemptsWith, hasPatience, patienceWith } from '#src/hunt/liveness';
import { buildSpec } from '#src/run/build-spec';
import type { TestSpec } from '#src/run/spec';
import { simOptionsSchema } from '#src/sim/options';

const on = (network: object) => ({ nodes: 7, sim: simOptionsSchema.parse({ network }) });

describe('hunt: patience with a bare majority', () => {
  it('is more where messages are lost, late or out of order, each of which an election may fail for', () => {
    const quiet = { transport: 'datagram' };
    assert.equal(patienceWith(on(quiet), 4), 1);
    for (const share of ['loss', 'reordered', 'stragglers']) {
      const patience = patienceWith(on({ ...quiet, [share]: 0.2 }), 4);
      assert.ok(patience > 3 && patience < 4, `${share}: ${patience}`);
    }
    assert.ok(patienceWith(on({ ...quiet, reordered: 0.14, stragglers: 0.1 }), 4) > 5);
  });

  it('is the usual one with more than a majority, and on connections', () => {
    assert.equal(patienceWith(on({ transport: 'datagram', reordered: 0.3, loss: 0.3 }), 5), 1);
    assert.equal(patienceWith(on({ transport: 'stream' }), 4), 1);
    assert.equal(patienceWith({ nodes: 7, sim: undefined }, 4), 1);
  });
});

describe('hunt: how many attempts in vain prove something', () => {
  const fewest = (network: object) => fewestAttemptsWith(on(network));

  it('is more the more is lost or late, since nobody repeats what was forwarded', () => {
    assert.equal(fewest({ transport: 'stream', loss: 0.3 }), 5);
    assert.equal(fewestAttemptsWith({ sim: undefined }), 5);
    assert.equal(fewest({ transport: 'datagram' }), 5);
    assert.equal(fewest({ transport: 'datagram', loss: 0.01 }), 5);
    const some = fewest({ transport: 'datagram', loss: 0.03, stragglers: 0.1 });
    assert.ok(some > 10 && some < 20, String(some));
    assert.ok(fewest({ transport: 'datagram', loss: 0.2, stragglers: 0.1 }) > some);
    assert.equal(fewest({ transport: 'datagram', loss: 1 }), Number.POSITIVE_INFINITY);
  });
});

describe('hunt: patience of clients', () => {
  it('is enough where an answer comes next to always: in every attempt, and in every operation', () => {
    const slow = {
      network: { latencyMs: { min: 2.5, mean: 10 } },
      disk: { fsyncMs: { min: 0.2, mean: 0.6 } },
    };
    const patient = (attemptTimeoutMs: number, opTimeoutMs: number): boolean =>
      hasPatience({
        sim: simOptionsSchema.parse({ ...slow, clients: { attemptTimeoutMs } }),
        opTimeoutMs,
      });
    assert.ok(patient(200, 200));
    assert.ok(!patient(75, 200));
    assert.ok(!patient(200, 100));
    assert.ok(hasPatience({ sim: undefined, opTimeoutMs: 1 }));
  });
});

describe('hunt: who has to serve', () => {
  it('lets an end of a chain lead, who cannot serve the other end', async () => {
    const leaders = new Set<string>();
    for (const [system, seed] of [1, 2, 3, 4].flatMap((n) => [
      ['raft', n] as const,
      ['paxos', n] as const,
    ])) {
      const { verdict, faults } = await judge(chained(system, seed));
      assert.deepEqual(verdict, { kind: 'passed' }, `${system}, seed ${seed}`);
      for (const { leader } of faults) leaders.add(String(leader));
    }
    assert.ok(leaders.has('n3'), `only ${[...leaders].join(', ')} ever led`);
  });
});

/** The middle is n2; when it is cut somebody leads already, and afterwards only clients of n1 ask. */
const chained = (system: string, seed: number): TestSpec => ({
  ...buildSpec(
    { system, nodes: 3, clients: 3, time: 12, world: 'sim', workload: 'register' },
    seed,
  ),
  schedule: [
    {
      at: 2000,
      for: 10_000,
      fault: { kind: 'partition', shape: 'bridge', direction: 'both', style: 'hold' },
      target: 'n2',
    },
  ],
  operations: Array.from({ length: 95 }, (_, value) => ({
    at: 2100 + 99 * value,
    thread: 0,
    f: 'write',
    key: 'k0',
    value,
  })),
});
