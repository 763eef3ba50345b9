import assert from 'node:assert/strict';
import fc from 'fast-check';
import { imperfect, perfect, type Simulated, simulate } from '#src/generator/index';
import { type ScriptedOperation, scripted, scriptOf } from '#src/generator/script';

const operationsOf = (threads: number) =>
  fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 200 }),
      thread: fc.nat({ max: threads - 1 }),
      f: fc.constantFrom('read', 'write'),
      key: fc.constantFrom('x', 'y'),
      value: fc.nat(),
    }),
    { maxLength: 30 },
  );

const historyOf = (events: readonly Simulated[]) => events.map(({ operation }) => operation);

const sorted = (operations: readonly ScriptedOperation[]) =>
  operations.toSorted((a, b) => a.thread - b.thread || a.at - b.at);

describe('scripted operations', () => {
  it('are each done once, on their thread, and at their time when the thread is free', () => {
    fc.assert(
      fc.property(operationsOf(4), (operations) => {
        const { events } = simulate(scripted(operations), {
          concurrency: 4,
          answer: perfect(0.001),
        });
        const done = scriptOf(historyOf(events), 4);
        const wanted = sorted(operations);
        assert.deepEqual(
          sorted(done).map((one) => ({ ...one, at: 0 })),
          wanted.map((one) => ({ ...one, at: 0 })),
        );
        for (const [i, { at }] of sorted(done).entries()) {
          const due = wanted[i]?.at ?? 0;
          assert.ok(at >= due && at < due + 1, `done at ${at}, due at ${due}`);
        }
      }),
    );
  });

  it('wait for their thread, and for nobody else', () => {
    const at0 = { at: 0, f: 'read' };
    const { events } = simulate(
      scripted([
        { ...at0, thread: 0 },
        { at: 5, f: 'late', thread: 0 },
        { at: 6, f: 'other', thread: 1 },
      ]),
      { concurrency: 2, answer: perfect(50) },
    );
    const invoked = historyOf(events).filter(({ type }) => type === 'invoke');
    assert.deepEqual(
      invoked.map(({ f, time }) => [f, Math.round(time / 1e6)]),
      [
        ['read', 0],
        ['other', 6],
        ['late', 50],
      ],
    );
  });

  it('of a history with crashed processes are the operations of its threads, up to a time', () => {
    const script = Array.from({ length: 40 }, (_, i) => ({
      at: 10 * i,
      thread: i % 3,
      f: 'write',
      value: i,
    }));
    const { events } = simulate(scripted(script), { concurrency: 3, answer: imperfect(2) });
    assert.ok(historyOf(events).some(({ process }) => Number(process) >= 3));
    const again = scriptOf(historyOf(events), 3, 200e6);
    assert.ok(again.length >= 18 && again.length <= 20, `${again.length}`);
    for (const { thread, value } of again) assert.equal(thread, Number(value) % 3);
  });
});
