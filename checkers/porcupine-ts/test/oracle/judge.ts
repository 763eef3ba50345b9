/** Compares everything that `check` says of a history with the definition. */

import { decideFast, type FastVerdict } from '../../src/fast-path.ts';
import { check, illegal, type Model, type Operation } from '../../src/index.ts';
import { partitions } from '../../src/partitions.ts';
import { walker } from '../../src/register/walk.ts';
import type { IllegalPartition, OkPartition, PartitionResult } from '../../src/result.ts';
import { withIdle } from '../../src/search/idle.ts';
import { problem } from '../../src/search/problem.ts';
import { Search } from '../../src/search/search.ts';
import { isLinearizable, specification } from './brute-force.ts';
import type { Subject } from './subjects.ts';

const memoryLimitBytes = 2 ** 29;
const look = (): void => {};

/** Something that `check` said is not so. */
export class Disagreement extends Error {
  override readonly name = 'Disagreement';
}

function demand(condition: boolean, what: string): void {
  if (!condition) throw new Disagreement(what);
}

const returnOf = (op: Operation<unknown, unknown>): number =>
  op.kind === 'completed' ? op.return : Infinity;
const outputOf = <Output>(op: Operation<unknown, Output>): Output | undefined =>
  op.kind === 'completed' ? op.output : undefined;

/** The order respects real time, the model accepts it, and nothing is there twice. */
export function demandAccepted<State, Input, Output>(
  model: Model<State, Input, Output>,
  order: readonly Operation<Input, Output>[],
): void {
  demand(new Set(order).size === order.length, 'an operation is in the order twice');
  let state = model.init();
  let lastCall = Number.NEGATIVE_INFINITY;
  for (const [i, op] of order.entries()) {
    demand(returnOf(op) >= lastCall, `step ${i} of the order contradicts real time`);
    lastCall = Math.max(lastCall, op.call);
    const after = model.step(state, op.input, outputOf(op));
    if (after === illegal) throw new Disagreement(`the model refuses step ${i} of the order`);
    state = after;
  }
}

function demandWhole<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  order: readonly Operation<Input, Output>[],
): void {
  demandAccepted(model, order);
  const placed = new Set(order);
  const isMissing = operations.some((op) => op.kind === 'completed' && !placed.has(op));
  demand(!isMissing, 'a completed operation is not in the order');
  const known = new Set(operations);
  demand(
    order.every((op) => known.has(op)),
    'the order has an operation from elsewhere',
  );
}

const okEvidence = <State, Input, Output>(
  model: Model<State, Input, Output>,
  part: OkPartition<Input, Output>,
): void => demandWhole(model, part.operations, part.linearization);

/** `blocked` is the first operation, by return, that cannot be held together with what returned before. */
function illegalEvidence<State, Input, Output>(
  model: Model<State, Input, Output>,
  part: IllegalPartition<State, Input, Output>,
): void {
  const { blocked, conflict, operations } = part;
  for (const order of part.partialLinearizations) demandAccepted(model, order);
  const [longest = []] = part.partialLinearizations;
  demand(!longest.includes(blocked), 'the blocked operation is in the longest order');
  for (const state of part.statesBefore) {
    const after = model.step(state, blocked.input, outputOf(blocked));
    demand(after === illegal, 'the blocked operation is possible in a state before it');
  }
  const spec = specification(model);
  const end = returnOf(blocked);
  const called = operations.filter((op) => op.call <= end);
  // Equal returns are ordered, so the operations that are no later are known only up to ties.
  demand(
    !isLinearizable(spec, called, (op) => returnOf(op) <= end),
    'the blocked operation can be held together with what returned before',
  );
  demand(
    isLinearizable(spec, called, (op) => returnOf(op) < end),
    'the blocked operation is not the first',
  );
  if (conflict === undefined) return;
  demand(
    conflict.every((op) => operations.includes(op)),
    'a conflict with an unknown operation',
  );
  demand(!isLinearizable(spec, conflict), 'the conflict is none');
}

function evidence<State, Input, Output>(
  model: Model<State, Input, Output>,
  part: PartitionResult<State, Input, Output>,
): void {
  if (part.verdict === 'ok') okEvidence(model, part);
  if (part.verdict === 'illegal') illegalEvidence(model, part);
}

/** What the methods without search say of one partition. */
export function fastVerdict<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
): FastVerdict<State, Input, Output> {
  const verdict = decideFast(
    problem(model, operations, () => {}),
    () => {},
  );
  if (verdict.kind === 'ok') demandWhole(model, operations, verdict.linearization);
  if (verdict.kind === 'illegal' && verdict.before !== undefined) {
    demandAccepted(model, verdict.before.order);
  }
  return verdict;
}

/** Throws Disagreement. True if linearizable. */
export function againstDefinition<State, Whole, Input, Output>(
  { model, whole }: Subject<State, Whole, Input, Output>,
  history: readonly Operation<Input, Output>[],
): boolean {
  const expected = isLinearizable(whole, history) ? 'ok' : 'illegal';
  for (const ignoreHints of [false, true]) {
    const result = check(model, history, { ignoreHints, exhaustive: true });
    const hints = ignoreHints ? ' without hints' : '';
    demand(result.verdict === expected, `${result.verdict}${hints}, by definition ${expected}`);
    for (const part of result.partitions) evidence(model, part);
  }
  return expected === 'ok';
}

/** Whether a method without search must have an answer. */
function isInClass<State, Input, Output>(
  { shape }: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): boolean {
  if (shape === undefined) return false;
  if (shape.kind !== 'queue' && shape.kind !== 'stack') return shape.kind === 'toggle';
  const views = history.map((op) => shape.view(op.input, outputOf(op)));
  if (views.some((view) => view === undefined || view.kind === 'take-unknown')) return false;
  const put = views.flatMap((view) => (view?.kind === 'put' ? [view.value] : []));
  return new Set([...shape.initial, ...put]).size === shape.initial.length + put.length;
}

/** As if it had promised nothing. */
export const bare = <State, Input, Output>(
  model: Model<State, Input, Output>,
): Model<State, Input, Output> => ({
  init: () => model.init(),
  step: (state, input, output) => model.step(state, input, output),
  ...(model.equal === undefined ? {} : { equal: model.equal.bind(model) }),
  ...(model.hash === undefined ? {} : { hash: model.hash.bind(model) }),
});

/** What the search says of every partition that knows nothing of the object: not even what can be found out about few states. */
function searched<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
) {
  return partitions(model, history, look).map(({ operations }) => {
    const search = new Search(problem(bare(model), operations, look));
    const verdict = search.run(Infinity, memoryLimitBytes);
    return { operations, verdict, blocked: verdict === 'illegal' ? search.blocked() : undefined };
  });
}

export type FastCount = 'ok' | 'illegal' | 'unsuited';

/** Compares what the methods without search say with the search. Throws Disagreement. */
export function fastAgainstSearch<State, Whole, Input, Output>(
  { model }: Subject<State, Whole, Input, Output>,
  history: readonly Operation<Input, Output>[],
): readonly FastCount[] {
  return searched(model, history).map((part) => {
    const fast = fastVerdict(model, part.operations);
    if (fast.kind === 'unsuited') {
      demand(!isInClass(model, part.operations), 'no answer to a history of its class');
      return fast.kind;
    }
    demand(fast.kind === part.verdict, `${fast.kind} without search, ${part.verdict} with`);
    if (fast.kind === 'illegal' && fast.isExact === true) {
      demand(fast.blocked === part.blocked, 'another first impossible operation');
    }
    if (fast.kind === 'illegal' && fast.conflict !== undefined) {
      const conflict = check(model, fast.conflict, { ignoreHints: true });
      demand(conflict.verdict === 'illegal', 'the conflict is none');
    }
    return fast.kind;
  });
}

/** Compares what a walk through the events of a register finds with the search. Throws Disagreement. */
export function walkAgainstSearch<State, Whole, Input, Output>(
  { model }: Subject<State, Whole, Input, Output>,
  history: readonly Operation<Input, Output>[],
): readonly FastCount[] {
  return searched(model, history).flatMap((part): FastCount | readonly FastCount[] => {
    const p = problem(model, part.operations, () => {});
    const found = walker(p)?.run(Infinity);
    // Not a register.
    if (found === undefined) return [];
    if (found === 'paused') throw new Disagreement('a walk without limit pauses');
    if (found === 'failed') return part.verdict === 'ok' ? 'unsuited' : 'illegal';
    demand(part.verdict === 'ok', `ok by a walk, ${part.verdict} with the search`);
    demandWhole(model, part.operations, withIdle(p, found, true));
    return 'ok';
  });
}
