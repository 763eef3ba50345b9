/** Small random histories: some that could be, some of those spoilt, some without any sense. */

import type { Operation } from '../../src/index.ts';
import type { Random } from './random.ts';
import type { Subject } from './subjects.ts';

export interface Shape {
  /** Most operations. */
  readonly operations: number;
  /** One operation in so many has an unknown outcome. */
  readonly unknownIn: number;
  /** Moments per operation: few make touching and equal intervals. */
  readonly spread: number;
  /** How long an operation may last, in moments. */
  readonly lasts: number;
}

/** As small as the oracle likes them. */
export const small = (random: Random): Shape => ({
  operations: 6,
  unknownIn: random.pick([3, 5, 100]),
  spread: random.pick([1, 2, 2]),
  lasts: random.pick([2, 4, 6]),
});

/** For the search. */
export const larger = (random: Random): Shape => ({
  operations: 12,
  unknownIn: random.pick([4, 10, 100]),
  spread: random.pick([1, 2, 3]),
  lasts: random.pick([2, 5, 8]),
});

/** What could have been: operations take effect one after the other, at moments inside of their intervals. */
function plausible<State, Whole, Input, Output>(
  subject: Subject<State, Whole, Input, Output>,
  random: Random,
  shape: Shape,
): Operation<Input, Output>[] {
  const history: Operation<Input, Output>[] = [];
  let state = random.pick(subject.whole.init());
  const count = 1 + random.below(shape.operations);
  for (let n = 0; n < count; n += 1) {
    const input = subject.input(random, n);
    const output = subject.answer(state, input);
    const after = subject.whole.step(state, input, output);
    // It failed: it did not happen, and is not there.
    if (after.length === 0 || random.oneIn(20)) continue;
    const moment = n * shape.spread;
    const call = moment - random.below(shape.lasts);
    if (random.oneIn(shape.unknownIn)) {
      if (random.oneIn(2)) state = random.pick(after);
      history.push({ kind: 'unknown', input, call });
      continue;
    }
    state = random.pick(after);
    const told = random.oneIn(25) ? undefined : output;
    const end = moment + random.below(shape.lasts);
    history.push({ kind: 'completed', input, output: told, call, return: end });
  }
  return history;
}

/** One answer, one interval, or what one client asked, is another. */
function spoilt<State, Whole, Input, Output>(
  subject: Subject<State, Whole, Input, Output>,
  random: Random,
  history: readonly Operation<Input, Output>[],
): Operation<Input, Output>[] {
  const at = random.below(Math.max(1, history.length));
  return history.map((op, i) => {
    if (i !== at || op.kind === 'unknown') return op;
    if (random.oneIn(3)) {
      const call = op.call + random.below(9) - 4;
      return { ...op, call, return: Math.max(call, op.return + random.below(5) - 2) };
    }
    const input = random.oneIn(3) ? subject.input(random, i) : op.input;
    return { ...op, input, output: subject.anyAnswer(random, input) };
  });
}

/** No sense in it. */
function nonsense<State, Whole, Input, Output>(
  subject: Subject<State, Whole, Input, Output>,
  random: Random,
  shape: Shape,
): Operation<Input, Output>[] {
  const count = 1 + random.below(shape.operations);
  return Array.from({ length: count }, (_, n): Operation<Input, Output> => {
    const input = subject.input(random, n);
    const call = random.below(10);
    if (random.oneIn(shape.unknownIn)) return { kind: 'unknown', input, call };
    const output = subject.anyAnswer(random, input);
    return { kind: 'completed', input, output, call, return: call + random.below(5) };
  });
}

/** About half of them are linearizable. */
export function generate<State, Whole, Input, Output>(
  subject: Subject<State, Whole, Input, Output>,
  random: Random,
  shape: Shape,
): Operation<Input, Output>[] {
  const dice = random.below(12);
  if (dice < 3) return nonsense(subject, random, shape);
  let history = plausible(subject, random, shape);
  for (let times = dice < 5 ? 0 : dice < 8 ? 2 : 3; times > 0; times -= 1) {
    history = spoilt(subject, random, history);
  }
  return history;
}
