/**
 * Both algorithms under random faults, weather and clients. The number of runs and the seed come from DISSENT_CONSENSUS_RUNS and
 * DISSENT_CONSENSUS_SEED, so that the same test is a quick check and a long hunt.
 */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asList, Clients } from './support/clients.ts';
import { Cluster, calm, testTiming } from './support/cluster.ts';
import { faultPhaseMs, type Plan, plans, schedule } from './support/plan.ts';
import { Watch } from './support/watch.ts';

const numRuns = Number(process.env['DISSENT_CONSENSUS_RUNS'] ?? 120);
const seed = Number(process.env['DISSENT_CONSENSUS_SEED'] ?? 20261);
const electionTimeouts = (count: number): number => count * testTiming.electionTimeoutMs;

interface Subject {
  readonly algorithm: 'raft' | 'paxos';
  readonly clients: number;
  /** Events that a run set must have reached to be evidence. */
  readonly corners: readonly string[];
  /** Safe without these too, only less available. */
  readonly switches: readonly [string, string];
}

const subjects: readonly Subject[] = [
  {
    algorithm: 'raft',
    clients: 3,
    corners: ['conflictTruncated', 'dedupeHit', 'stepDown', 'appendRejected', 'readConfirmed'],
    switches: ['preVote', 'checkQuorum'],
  },
  {
    algorithm: 'paxos',
    clients: 4,
    corners: ['caughtUp', 'dedupeHit', 'preempted', 'readConfirmed', 'stepDown'],
    switches: ['canvass', 'checkQuorum'],
  },
];

type Options = Readonly<Record<string, unknown>>;

/** Faults, then peace: safety throughout, and progress once everything works again. */
function play(subject: Subject, plan: Plan, options: Options, totals: Map<string, number>) {
  const watch = new Watch(subject.algorithm, plan.size);
  const { algorithm } = subject;
  const cluster = new Cluster({ algorithm, ...plan, options, observers: [watch] });
  watch.cluster = cluster;
  const clients = new Clients(cluster, subject.clients, plan.seed);
  schedule(cluster, plan);
  cluster.run(faultPhaseMs + 1500);
  cluster.heal();
  cluster.weather = calm;
  const before = clients.completed;
  cluster.runUntil('progress', () => clients.completed > before + 3, electionTimeouts(8));
  clients.stop();
  cluster.run(electionTimeouts(10));
  const leader = cluster.awaitLeader();
  const final = cluster.ask(leader, { kind: 'query', query: { f: 'read', key: 'list' } });
  assert.equal(final.kind, 'ok');
  clients.check(asList(final.kind === 'ok' ? final.result : []));
  cluster.run(electionTimeouts(2));
  assert.equal(cluster.unanswered(), 0, 'every request is answered');
  const ends = new Set(cluster.ids.map((id) => cluster.status(id)?.commitIndex));
  assert.equal(ends.size, 1, `all nodes commit the same: ${[...ends].join(', ')}`);
  for (const [name, count] of watch.counts) totals.set(name, (totals.get(name) ?? 0) + count);
}

for (const subject of subjects) {
  const { algorithm, corners, switches } = subject;
  describe(`${algorithm} under random schedules`, function () {
    this.timeout(0);

    it('keeps its promises, and reaches the corners where they could break', () => {
      const totals = new Map<string, number>();
      fc.assert(
        fc.property(plans, (plan) => play(subject, plan, {}, totals)),
        { numRuns, seed },
      );
      for (const corner of corners) assert.ok(totals.has(corner), `never reached: ${corner}`);
    });

    it('and these checks would see stale reads: they see those of local-leader', () => {
      const outcome = fc.check(
        fc.property(plans, (plan) => play(subject, plan, { reads: 'local-leader' }, new Map())),
        { numRuns: 200, seed, endOnFailure: true },
      );
      assert.ok(outcome.failed);
      assert.match(String(outcome.errorInstance), /is violated/);
    });

    it(`keeps them without ${switches.join(' and without ')} too`, () => {
      const [first, second] = switches;
      const chosen = fc.record({ [first]: fc.boolean(), [second]: fc.boolean() });
      fc.assert(
        fc.property(plans, chosen, (plan, options) => play(subject, plan, options, new Map())),
        { numRuns: Math.ceil(numRuns / 3), seed },
      );
    });
  });
}
