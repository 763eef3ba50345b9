import assert from 'node:assert/strict';
import { phases } from '#src/generator/index';
import { type Answer, perfect, simulate } from '#src/generator/simulate';
import { finalPhase, gate, lazily } from '#src/run/phases';

const probe = { f: 'read', key: 'k0', value: null };
const finals = [
  { f: 'read', key: 'a', value: null },
  { f: 'read', key: 'b', value: null },
];

describe('the phases of a run', () => {
  it('the final phase probes every thread until it is served, then does each operation once', () => {
    const failing = new Map<unknown, number>();
    const answer: Answer = (op, _random, n) => {
      // Every fourth probe succeeds.
      const ok = op.key !== 'k0' || n % 4 === 3;
      if (!ok) failing.set('k0', (failing.get('k0') ?? 0) + 1);
      return { afterNs: 1e6, completion: { type: ok ? 'ok' : 'fail', value: op.value } };
    };
    const run = simulate(finalPhase(5, probe, finals, 60e9), { concurrency: 5, answer });
    assert.equal(run.ended, 'exhausted');
    assert.ok((failing.get('k0') ?? 0) > 0);
    for (let thread = 0; thread < 5; thread += 1) {
      const own = run.events.filter((event) => event.thread === thread);
      const served = own.findIndex(({ operation }) => operation.type === 'ok');
      assert.equal(own[served]?.operation.key, 'k0');
      const after = own.slice(served + 1).filter(({ operation }) => operation.type === 'invoke');
      assert.deepEqual(
        after.map(({ operation }) => operation.key),
        ['a', 'b'],
      );
    }
  });

  it('the final phase ends at its deadline when a thread is never served', () => {
    const answer: Answer = (op) => ({
      afterNs: 1e6,
      completion: { type: 'fail', value: op.value, error: 'no-leader' },
    });
    const run = simulate(finalPhase(2, probe, finals, 2e9), { concurrency: 2, answer });
    assert.equal(run.ended, 'exhausted');
    assert.ok(run.endNs >= 2e9 && run.endNs < 2.2e9, `ended at ${run.endNs}`);
    assert.ok(run.invocations.length > 20);
  });

  it('the final phase does not wait for a thread whose node is lost, and waits for every other', () => {
    const answer: Answer = (op, _random, n) => ({
      afterNs: 1e6,
      completion: { type: n > 40 ? 'ok' : 'fail', value: op.value },
    });
    const final = finalPhase(2, probe, finals, 60e9, (thread) => thread === 1);
    const run = simulate(final, { concurrency: 2, answer });
    const ended = run.events.filter(({ operation }) => operation.type === 'ok');
    const own = ended.filter(({ thread }) => thread === 0).map(({ operation }) => operation.key);
    assert.deepEqual(own, ['k0', 'a', 'b']);
    const allLost = finalPhase(2, probe, finals, 60e9, () => true);
    assert.equal(simulate(allLost, { concurrency: 2, answer }).invocations.length, 0);
  });

  it('a gate holds back what comes after it until it opens', () => {
    let asked = 0;
    const isOpen = (): boolean => {
      asked += 1;
      return asked > 20;
    };
    const run = simulate(phases(gate(isOpen), { f: 'read' }), {
      concurrency: 2,
      answer: perfect(),
    });
    assert.ok((run.invocations[0]?.operation.time ?? 0) >= 19 * 5e6);
  });

  it('a lazy generator is made once, when it is first asked', () => {
    let made = 0;
    const lazy = lazily(() => {
      made += 1;
      return finalPhase(1, probe, finals, 60e9);
    });
    assert.equal(made, 0);
    simulate(phases({ f: 'write', value: 1 }, lazy), { concurrency: 1, answer: perfect() });
    assert.equal(made, 1);
  });
});
