/** How fast Raft is back, in election timeouts: deterministic, since time is virtual. */

import assert from 'node:assert/strict';
import type { ClientRequest } from '#src/consensus/state-machine/command';
import { Cluster, type ClusterSetup, calm, testTiming } from '../support/cluster.ts';

const openSession: ClientRequest = { kind: 'open-session' };
const seeds = Array.from({ length: 25 }, (_, seed) => seed);

function started(seed: number, setup: Partial<ClusterSetup> = {}) {
  const cluster = new Cluster({ algorithm: 'raft', size: 5, seed, ...setup });
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

describe('raft availability', () => {
  const losses: readonly (readonly [string, (cluster: Cluster, leader: string) => void])[] = [
    ['crashes', (cluster, leader) => cluster.crash(leader)],
    ['is cut off', (cluster, leader) => cluster.partition([leader])],
    ['is paused', (cluster, leader) => cluster.pause(leader)],
  ];
  for (const [what, lose] of losses) {
    it(`is back within 4 election timeouts when the leader ${what}`, () => {
      const times = seeds.map((seed) => {
        const { cluster, leader } = started(seed);
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

  it('a node that comes back does not depose the leader (pre-vote)', () => {
    for (const seed of seeds) {
      const { cluster, leader } = started(seed);
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
      const { cluster, leader } = started(seed);
      const others = cluster.ids.filter((id) => id !== leader);
      for (const other of others) cluster.cut(other, leader);
      assert.ok(timeoutsUntilServed(cluster, others) <= 6);
    }
  });

  it('a node whose link to the leader alone is cut leaves the others in peace', () => {
    for (const seed of seeds.slice(0, 10)) {
      const { cluster, leader } = started(seed, { size: 3 });
      const away = cluster.ids.find((id) => id !== leader) ?? '';
      cluster.cut(leader, away);
      cluster.cut(away, leader);
      cluster.run(3000);
      assert.deepEqual([...cluster.leaders()], [leader]);
    }
  });

  it('a follower that was away catches up, entry by entry the same', () => {
    const { cluster, leader } = started(1, { weather: { ...calm, lossPercent: 10 } });
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
});
