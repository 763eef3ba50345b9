/** Operations that say nothing and do nothing are left out of the search, and belong into its answer. */

import type { Operation } from '../operation.ts';
import type { Problem } from './problem.ts';

/**
 * The order with those put in that were left out, each as late as real time allows: before the first that was called when it had
 * returned. Nothing that comes later returned before its call. An order that is not `whole` gets none at its end, as something that is
 * missing may belong before them.
 */
export function withIdle<Input, Output>(
  p: Pick<Problem<unknown, Input, Output>, 'idle' | 'operations'>,
  order: readonly Operation<Input, Output>[],
  isWhole: boolean,
): readonly Operation<Input, Output>[] {
  if (p.idle.length === 0) return order;
  const whole: Operation<Input, Output>[] = [];
  let next = 0;
  const addBefore = (time: number): void => {
    for (; next < p.idle.length; next += 1) {
      const op = p.operations[p.idle[next] as number] as Operation<Input, Output>;
      if (op.kind === 'completed' && op.return >= time) return;
      whole.push(op);
    }
  };
  for (const op of order) {
    addBefore(op.call);
    whole.push(op);
  }
  if (isWhole) addBefore(Infinity);
  return whole;
}
