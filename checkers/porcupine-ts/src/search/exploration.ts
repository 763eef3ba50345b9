/**
 * Objects of few states: everything that can ever become of one is gone through, so that what each effect does is known, and neither
 * promised nor guessed.
 *
 * A state is reached by any effects in any order, each as often as one likes. Those are more states than a history can lead to, so what
 * holds in all of them holds wherever a search comes. If every effect looks at one value, or leaves one, or both, the object is a
 * register, whatever its model is called.
 */

import { illegal } from '../model.ts';
import { none, type RegisterEffects, registerPromises } from './effects.ts';
import { at, ints } from './ints.ts';
import { type Problem, problem } from './problem.ts';
import { stateInterner } from './states.ts';

/** Steps of the model for each operation: fewer than most searches take. Objects of more states are searched as they are. */
const stepsPerOperation = 4;

/** In a row: the effect cannot happen. */
const impossible = -1;

/** Per state and effect: the state that it leaves, or `impossible`. */
interface Table<State> {
  readonly rows: readonly Int32Array[];
  readonly states: RegisterEffects<State>['values'];
}

/** `undefined` if there are too many states, or if the model throws. Throws what `tick` throws. */
function tableOf<State, Input, Output>(p: Problem<State, Input, Output>): Table<State> | undefined {
  const { model, inputs, outputs } = p;
  const states = stateInterner(model);
  const mostStates = (stepsPerOperation * p.operations.length) / inputs.length;
  const rows: Int32Array[] = [];
  const leave = (state: State, effect: number): number => {
    const after = model.step(state, inputs[effect] as Input, outputs[effect]);
    return after === illegal ? impossible : states.idOf(after);
  };
  try {
    states.idOf(model.init());
  } catch {
    return undefined;
  }
  while (rows.length < states.size) {
    const state = states.valueOf(rows.length);
    const row = ints(inputs.length);
    for (let e = 0; e < row.length; e += 1) {
      p.tick();
      try {
        row[e] = leave(state, e);
      } catch {
        // In no real order need it ever be asked that.
        return undefined;
      }
      if (states.size > mostStates) return undefined;
    }
    rows.push(row);
  }
  return { rows, states };
}

/** What one effect does, taken over all states. */
interface Doing {
  legal: number;
  changing: number;
  /** The last state in which it is legal, and in which it changes something. */
  legalIn: number;
  changingIn: number;
  /** Whether it leaves the same state wherever it is legal. */
  isOne: boolean;
}

function doingOf(rows: readonly Int32Array[], effect: number): Doing {
  const doing: Doing = { legal: 0, changing: 0, legalIn: none, changingIn: none, isOne: true };
  let left = none;
  for (let state = 0; state < rows.length; state += 1) {
    const to = at(rows[state] as Int32Array, effect);
    if (to === impossible) continue;
    doing.legal += 1;
    doing.legalIn = state;
    doing.isOne &&= left === none || left === to;
    left = to;
    if (to === state) continue;
    doing.changing += 1;
    doing.changingIn = state;
  }
  return doing;
}

type Move = Readonly<Record<'from' | 'to', number>>;

/** As that of a register; `undefined` if it is none. What is only `optional` need not be used where it changes nothing. */
function moveOf(rows: readonly Int32Array[], effect: number, optional: boolean): Move | undefined {
  const { legal, changing, legalIn, changingIn, isOne } = doingOf(rows, effect);
  const leftBy = (state: number): number => at(rows[state] as Int32Array, effect);
  const isTotal = legal === rows.length;
  if (changing === 0 && (isTotal || optional)) return { from: none, to: none };
  if (isTotal && isOne) return { from: none, to: leftBy(legalIn) };
  if (legal === 1) return { from: legalIn, to: changing === 0 ? none : leftBy(legalIn) };
  return optional && changing === 1 ? { from: changingIn, to: leftBy(changingIn) } : undefined;
}

/** `undefined` if it is none. */
function registerOf<State>(
  { rows, states }: Table<State>,
  p: Problem<State, unknown, unknown>,
): RegisterEffects<State> | undefined {
  const count = p.inputs.length;
  const isCompleted = ints(count);
  for (let j = 0; j < p.effect.length; j += 1) isCompleted[at(p.effect, j)] = 1;
  for (let n = 0; n < p.idle.length; n += 1) isCompleted[at(p.effectOf, at(p.idle, n))] = 1;
  const from = ints(count);
  const to = ints(count);
  for (let e = 0; e < count; e += 1) {
    const move = moveOf(rows, e, at(isCompleted, e) === 0);
    if (move === undefined) return undefined;
    from[e] = move.from;
    to[e] = move.to;
  }
  return { from, to, values: states, initial: 0 };
}

/** What holds of each effect in every state. */
function knownOf<State>({ rows }: Table<State>, count: number) {
  const readonly = ints(count);
  const blind = ints(count);
  const total = ints(count);
  for (let e = 0; e < count; e += 1) {
    const { legal, changing, isOne } = doingOf(rows, e);
    if (changing === 0) readonly[e] = 1;
    if (legal < rows.length) continue;
    total[e] = 1;
    if (changing > 0 && isOne) blind[e] = 1;
  }
  return { readonly, blind, total };
}

/** Whether something is known now to say nothing, so that it can be left out. */
function anyIdle(
  p: Problem<unknown, unknown, unknown>,
  known: Pick<Problem<unknown, unknown, unknown>, 'readonly' | 'total'>,
): boolean {
  for (let e = 0; e < p.inputs.length; e += 1) {
    const isIdle = at(known.readonly, e) === 1 && at(known.total, e) === 1;
    if (isIdle && (at(p.readonly, e) === 0 || at(p.total, e) === 0)) return true;
  }
  return false;
}

/** The problem with all that can be known of it; `undefined` if it has too many states. Throws what `look` of the problem throws. */
export function explored<State, Input, Output>(
  p: Problem<State, Input, Output>,
): Problem<State, Input, Output> | undefined {
  const table = tableOf(p);
  if (table === undefined) return undefined;
  p.look();
  const { inputs, outputs, effectOf: of } = p;
  const register = registerOf(table, p);
  const known = register === undefined ? knownOf(table, inputs.length) : registerPromises(register);
  if (!anyIdle(p, known)) return { ...p, ...known, register };
  const effects = { of, inputs, outputs, ...known, register, text: undefined };
  return problem(p.model, p.operations, p.look, effects);
}
