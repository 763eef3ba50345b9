/** How fast both algorithms are back, and what they cost, in election timeouts and messages: deterministic, since time is virtual. */

import assert from 'node:assert/strict';
import type { ClientRequest } from '#src/consensus/state-machine/command';
import { Cluster, type ClusterSetup, calm, testTiming } from './support/cluster.ts';

const openSession: ClientRequest = { kind: 'open-session' };
const seeds = Array.from({ length: 25 }, (_, seed) => seed);

function started(algorithm: string, seed: number, setup: Partial<ClusterSetup> = {}) {
  const cluster = new Cluster({ algorithm, size: 5, seed, ...setup });
  const leader = cluster.awaitLeader();
  cluster.run(200);
  return { cluster, leader };
}

/** Until a client that asks everybody in turn is served, in election timeouts. */
function timeoutsUntilServed(cluster: Cluster, among: readonly string[]): number {
  const startMs = cluster.time.nowMs;
  let served = false;
  const serve = (): boolean => {
    for (const id of among) {
      cluster.request(id, openSession, (response) => {
        served ||= response.kind === 'ok';
      });
    }
    return served;
  };
  cluster.runUntil('an operation succeeds', serve, 20 * testTiming.electionTimeoutMs);
  return (cluster.time.nowMs - startMs) / testTiming.electionTimeoutMs;
}

function summary(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1] ?? 0, max: sorted.at(-1) ?? 0 };
}

for (const algorithm of ['raft', 'paxos']) {
  describe(`${algorithm} availability`, () => {
    const losses: readonly (readonly [string, (cluster: Cluster, leader: string) => void])[] = [
      ['crashes', (cluster, leader) => cluster.crash(leader)],
      ['is cut off', (cluster, leader) => cluster.partition([leader])],
      ['is paused', (cluster, leader) => cluster.pause(leader)],
    ];
    for (const [what, lose] of losses) {
      it(`is back within 4 election timeouts when the leader ${what}`, () => {
        const times = seeds.map((seed) => {
          const { cluster, leader } = started(algorithm, seed);
          lose(cluster, leader);
          return timeoutsUntilServed(
            cluster,
            cluster.ids.filter((id) => id !== leader),
          );
        });
        const { median, max } = summary(times);
        assert.ok(median <= 3, `median ${median}`);
        assert.ok(max <= 4, `max ${max}`);
      });
    }

    it('a node that comes back does not depose the leader (pre-vote, canvass)', () => {
      for (const seed of seeds) {
        const { cluster, leader } = started(algorithm, seed);
        const away = cluster.ids.find((id) => id !== leader) ?? '';
        cluster.partition([away]);
        cluster.run(2000);
        const { term } = cluster.status(leader) ?? { term: -1 };
        cluster.heal();
        cluster.run(1000);
        assert.deepEqual([...cluster.leaders()], [leader]);
        assert.equal(cluster.status(leader)?.term, term);
      }
    });

    it('a leader that is heard and hears nothing gives way (check-quorum)', () => {
      for (const seed of seeds.slice(0, 10)) {
        const { cluster, leader } = started(algorithm, seed);
        const others = cluster.ids.filter((id) => id !== leader);
        for (const other of others) cluster.cut(other, leader);
        assert.ok(timeoutsUntilServed(cluster, others) <= 6);
      }
    });

    it('a node whose link to the leader alone is cut leaves the others in peace', () => {
      for (const seed of seeds.slice(0, 10)) {
        const { cluster, leader } = started(algorithm, seed, { size: 3 });
        const away = cluster.ids.find((id) => id !== leader) ?? '';
        cluster.cut(leader, away);
        cluster.cut(away, leader);
        cluster.run(3000);
        assert.deepEqual([...cluster.leaders()], [leader]);
      }
    });

    it('a follower that was away catches up, entry by entry or slot by slot', () => {
      const { cluster, leader } = started(algorithm, 1, { weather: { ...calm, lossPercent: 10 } });
      const away = cluster.ids.find((id) => id !== leader) ?? '';
      cluster.crash(away);
      for (let i = 0; i < 300; i += 1) {
        cluster.request(leader, openSession, () => {});
        cluster.run(1);
      }
      cluster.restart(away);
      const caughtUp = () =>
        cluster.status(away)?.commitIndex === cluster.status(leader)?.commitIndex &&
        (cluster.status(away)?.commitIndex ?? 0) >= 300;
      cluster.runUntil('the follower catches up', caughtUp, 2000);
    });

    it('is back within 4 election timeouts for every size that survives it', () => {
      for (const size of [3, 4, 7]) {
        const times = seeds.slice(0, 8).map((seed) => {
          const { cluster, leader } = started(algorithm, seed, { size });
          cluster.crash(leader);
          return timeoutsUntilServed(
            cluster,
            cluster.ids.filter((id) => id !== leader),
          );
        });
        assert.ok(summary(times).median <= 4, `${size} nodes: median ${summary(times).median}`);
      }
    });

    it('a cluster of one, or of two of which one comes back, serves', () => {
      const { cluster: one } = started(algorithm, 1, { size: 1 });
      one.crash('n1');
      one.restart('n1');
      assert.ok(timeoutsUntilServed(one, ['n1']) <= 4);
      const { cluster: two, leader } = started(algorithm, 1, { size: 2 });
      two.crash(leader);
      two.run(1000);
      two.restart(leader);
      assert.ok(timeoutsUntilServed(two, two.ids) <= 4);
    });

    it('a write costs 2(n-1) messages at low load, and heartbeats', () => {
      for (const size of [2, 3, 5, 7]) {
        const { cluster, leader } = started(algorithm, size, { size });
        cluster.ask(leader, openSession);
        cluster.run(200);
        const counted = (): number =>
          [...cluster.messages].reduce(
            (sum, [kind, count]) => (kind.startsWith('heartbeat') ? sum : sum + count),
            0,
          );
        const before = counted();
        const writes = 20;
        for (let i = 0; i < writes; i += 1) {
          cluster.ask(leader, openSession);
          cluster.run(50);
        }
        assert.equal((counted() - before) / writes, 2 * (size - 1), `${size} nodes`);
      }
    });
  });
}
