/**
 * Multi-Paxos under random faults, weather and clients. The number of runs and the seed come from DISSENT_CONSENSUS_RUNS and
 * DISSENT_CONSENSUS_SEED, so that the same test is a quick check and a long hunt.
 */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asList, Clients } from '../support/clients.ts';
import { Cluster, calm, testTiming } from '../support/cluster.ts';
import { CommonInvariants } from '../support/invariants.ts';
import { PaxosInvariants } from '../support/paxos-invariants.ts';
import { faultPhaseMs, type Plan, plans, schedule } from '../support/plan.ts';

const numRuns = Number(process.env['DISSENT_CONSENSUS_RUNS'] ?? 120);
const seed = Number(process.env['DISSENT_CONSENSUS_SEED'] ?? 20261);
const electionTimeouts = (count: number): number => count * testTiming.electionTimeoutMs;

/** Faults, then peace: safety throughout, and progress once everything works again. */
function play(plan: Plan, options: Readonly<Record<string, unknown>>, totals: Map<string, number>) {
  const common = new CommonInvariants();
  const cluster = new Cluster({
    algorithm: 'paxos',
    ...plan,
    options,
    observers: [common, new PaxosInvariants(plan.size)],
  });
  const clients = new Clients(cluster, 4, plan.seed);
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
  for (const [name, count] of common.counts) totals.set(name, (totals.get(name) ?? 0) + count);
}

describe('paxos under random schedules', function () {
  this.timeout(0);

  it('keeps its promises, and reaches the corners where they could break', () => {
    const totals = new Map<string, number>();
    fc.assert(
      fc.property(plans, (plan) => play(plan, {}, totals)),
      { numRuns, seed },
    );
    const corners = ['caughtUp', 'dedupeHit', 'preempted', 'readConfirmed', 'stepDown'];
    for (const corner of corners) assert.ok(totals.has(corner), `never reached: ${corner}`);
  });

  it('and these checks would see stale reads: they see those of local-leader', () => {
    const outcome = fc.check(
      fc.property(plans, (plan) => play(plan, { reads: 'local-leader' }, new Map())),
      { numRuns: 200, seed, endOnFailure: true },
    );
    assert.ok(outcome.failed);
    assert.match(String(outcome.errorInstance), /is violated/);
  });

  it('keeps them without canvass and without check-quorum too', () => {
    const switches = fc.record({ canvass: fc.boolean(), checkQuorum: fc.boolean() });
    fc.assert(
      fc.property(plans, switches, (plan, options) => play(plan, options, new Map())),
      { numRuns: Math.ceil(numRuns / 3), seed },
    );
  });
});
