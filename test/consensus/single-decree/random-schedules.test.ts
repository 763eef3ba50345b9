/**
 * The consensus workload: every node proposes a value of its own while messages are lost, doubled and late and nodes
 * crash. Agreement and validity throughout; termination once the faults stop. The number of runs and the seed come from
 * DISSENT_CONSENSUS_RUNS and DISSENT_CONSENSUS_SEED.
 */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { calm } from '../support/cluster.ts';
import { DecreeCluster } from '../support/single-decree-cluster.ts';

const numRuns = Number(process.env['DISSENT_CONSENSUS_RUNS'] ?? 300);
const seed = Number(process.env['DISSENT_CONSENSUS_SEED'] ?? 20263);

const plans = fc.record({
  seed: fc.integer(),
  size: fc.constantFrom(3, 5, 4, 2, 1),
  weather: fc.record({
    delayMsMin: fc.integer({ min: 0, max: 3 }),
    delayMsMax: fc.integer({ min: 3, max: 40 }),
    lossPercent: fc.constantFrom(0, 5, 30),
    duplicatePercent: fc.constantFrom(0, 20),
    latePercent: fc.constantFrom(0, 10),
    diskMsMax: fc.constantFrom(0, 10, 60),
  }),
  proposals: fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 5, maxLength: 5 }),
  crashes: fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 900 }),
      forMs: fc.integer({ min: 1, max: 300 }),
      node: fc.nat(4),
    }),
    { maxLength: 8, size: 'max' },
  ),
});

describe('single-decree under random schedules', function () {
  this.timeout(0);

  it('agrees on a proposed value, and every proposer learns it once the faults stop', () => {
    const reached = new Map<string, number>();
    const property = fc.property(plans, (plan) => {
      const cluster = new DecreeCluster(plan);
      cluster.ids.forEach((id, i) => {
        cluster.time.at(plan.proposals[i] ?? 0, () => cluster.propose(id, `value of ${id}`));
      });
      for (const { atMs, forMs, node } of plan.crashes) {
        const id = cluster.ids[node % cluster.ids.length] ?? '';
        cluster.time.at(atMs, () => cluster.crash(id));
        cluster.time.at(atMs + forMs, () => cluster.restart(id));
      }
      cluster.run(1300);
      cluster.weather = calm;
      // Asked again: a client whose node was down when it first asked.
      for (const id of cluster.ids) cluster.propose(id, `value of ${id}`);
      cluster.run(6000);
      for (const id of cluster.ids) {
        assert.notEqual(cluster.learned(id), undefined, `${id} never learnt`);
        assert.equal(cluster.learned(id), cluster.chosen);
      }
      for (const [ev, count] of cluster.events) reached.set(ev, (reached.get(ev) ?? 0) + count);
    });
    fc.assert(property, { numRuns, seed });
    for (const corner of ['refused', 'preempted', 'adopted', 'learned', 'chosen']) {
      assert.ok((reached.get(corner) ?? 0) > 10, `hardly reached: ${corner}`);
    }
  });
});
