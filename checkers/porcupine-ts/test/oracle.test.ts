import assert from 'node:assert/strict';
import fc from 'fast-check';
import { check, illegal, type Model, type Operation } from '../src/index.ts';
import type { IllegalPartition, OkPartition } from '../src/result.ts';
import { subjects, wholeKv } from './support/arbitraries.ts';
import { linearizable, placed } from './support/oracle.ts';

const runs = 4000;

const returnOf = (op: Operation<unknown, unknown>) =>
  op.kind === 'completed' ? op.return : Infinity;

/** The order respects real time, the model accepts it, and nothing is there twice. */
function assertAccepted<State, Input, Output>(
  model: Model<State, Input, Output>,
  order: readonly Operation<Input, Output>[],
): void {
  assert.equal(new Set(order).size, order.length);
  let state = model.init();
  for (const [i, op] of order.entries()) {
    for (const later of order.slice(i + 1)) assert.ok(returnOf(later) >= op.call, 'real time');
    const after = model.step(state, op.input, op.kind === 'completed' ? op.output : undefined);
    assert.ok(after !== illegal, `the model refuses step ${i}`);
    state = after;
  }
}

function assertLinearization<State, Input, Output>(
  model: Model<State, Input, Output>,
  part: OkPartition<Input, Output>,
): void {
  assertAccepted(model, part.linearization);
  const placedOnes = new Set(part.linearization);
  const missing = part.operations.filter((op) => op.kind === 'completed' && !placedOnes.has(op));
  assert.deepEqual(missing, []);
}

/** `blocked` is the first operation, by return, that cannot be held together with what returned before. */
function assertBlocked<State, Input, Output>(
  model: Model<State, Input, Output>,
  part: IllegalPartition<State, Input, Output>,
): void {
  for (const order of part.partialLinearizations) assertAccepted(model, order);
  const [longest = []] = part.partialLinearizations;
  assert.ok(!longest.includes(part.blocked));
  // Equal returns are ordered, so the operations that are no later are known only up to ties.
  const upTo = (isRequired: (op: Operation<Input, Output>) => boolean) =>
    part.operations
      .filter((op) => op.call <= returnOf(part.blocked))
      .map((op) => ({ ...placed(op), optional: !isRequired(op) }));
  const end = returnOf(part.blocked);
  assert.ok(
    !linearizable(
      model,
      upTo((op) => returnOf(op) <= end),
    ),
    'held together',
  );
  assert.ok(
    linearizable(
      model,
      upTo((op) => returnOf(op) < end),
    ),
    'not the first',
  );
  for (const state of part.statesBefore) {
    const { blocked } = part;
    const output = blocked.kind === 'completed' ? blocked.output : undefined;
    assert.equal(model.step(state, blocked.input, output), illegal);
  }
}

function agrees<State, Whole, Input, Output>(
  model: Model<State, Input, Output>,
  whole: Model<Whole, Input, Output>,
  history: readonly Operation<Input, Output>[],
): boolean {
  const expected = linearizable(whole, history.map(placed)) ? 'ok' : 'illegal';
  for (const ignoreHints of [false, true]) {
    const result = check(model, history, { ignoreHints, exhaustive: true });
    assert.equal(result.verdict, expected, `ignoreHints ${ignoreHints}`);
    for (const part of result.partitions) {
      if (part.verdict === 'ok') assertLinearization(model, part);
      if (part.verdict === 'illegal') assertBlocked(model, part);
    }
  }
  return expected === 'ok';
}

/** Both verdicts must be common, or the test tests little. */
function compare<State, Whole, Input, Output>(
  model: Model<State, Input, Output>,
  whole: Model<Whole, Input, Output>,
  histories: fc.Arbitrary<Operation<Input, Output>[]>,
): void {
  let ok = 0;
  const property = fc.property(histories, (history) => {
    if (agrees(model, whole, history)) ok += 1;
  });
  fc.assert(property, { numRuns: runs });
  assert.ok(ok > runs / 20 && ok < (runs * 19) / 20, `${ok} of ${runs} are linearizable`);
}

describe('check agrees with the definition on small random histories', () => {
  it('of a register', () => {
    compare(subjects.register.model, subjects.register.model, subjects.register.histories);
  });
  it('of a cas-register', () => {
    const subject = subjects['cas-register'];
    compare(subject.model, subject.model, subject.histories);
  });
  it('of several registers', () => {
    const subject = subjects['multi-register'];
    compare(subject.model, subject.model, subject.histories);
  });
  it('of a key-value store, key by key', () => {
    compare(subjects.kv.model, wholeKv, subjects.kv.histories);
  });
  it('of a mutex', () => {
    compare(subjects.mutex.model, subjects.mutex.model, subjects.mutex.histories);
  });
  it('of a model that gives nothing but step and equality', () => {
    const subject = subjects['opaque counter'];
    compare(subject.model, subject.model, subject.histories);
  });
});
