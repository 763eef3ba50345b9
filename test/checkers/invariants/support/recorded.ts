/** Traces of whole test clusters with crashes, recorded once. */

import type { Traced } from '#checkers/invariants/index';
import { Clients } from '#test/consensus/support/clients';
import { Cluster } from '#test/consensus/support/cluster';
import { Watch } from '#test/consensus/support/watch';

export const members = ['n1', 'n2', 'n3'];

/** Two seconds of clients, an isolated leader and a crash; violates nothing. */
export function recordedTrace(algorithm: 'raft' | 'paxos', seed: number): readonly Traced[] {
  const watch = new Watch(algorithm, members.length, true);
  const cluster = new Cluster({ algorithm, size: members.length, seed, observers: [watch] });
  watch.cluster = cluster;
  const leader = cluster.awaitLeader();
  const clients = new Clients(cluster, 3, seed);
  cluster.run(300);
  cluster.partition([leader]);
  cluster.run(600);
  cluster.heal();
  for (const other of members) cluster.mend(leader, other);
  for (const other of members) cluster.mend(other, leader);
  cluster.run(400);
  const next = cluster.leaders()[0] ?? 'n1';
  cluster.crash(next);
  cluster.run(600);
  cluster.restart(next);
  cluster.run(500);
  clients.stop();
  return watch.events;
}
