/**
 * Quiescent points: between two required operations, in the order of their returns, where everything before has returned when
 * anything after is called. They cut a history into sections.
 *
 *     |---| |-----|   ¦   |--| |----|   ¦   |---|
 *       |-----|       ¦     |----|      ¦
 *        section     gate    section   gate
 *
 * At a gate a configuration is a state, and what is used of the optional operations: nothing is open. So a section is searched once for
 * each of the states in which it can begin, and these are what the sections before can end in.
 */

import { at, ints } from './ints.ts';
import type { Problem } from './problem.ts';

/** Per required operation, by return: 1 if there is a quiescent point right before it. One more for the end, which is one. */
export function gates(p: Pick<Problem<unknown, unknown, unknown>, 'call' | 'return'>): Int32Array {
  const count = p.call.length;
  const isGate = ints(count + 1);
  isGate[count] = 1;
  let firstCall = Infinity;
  for (let j = count - 1; j >= 0; j -= 1) {
    firstCall = Math.min(firstCall, at(p.call, j));
    if (j === 0 || at(p.return, j - 1) < firstCall) isGate[j] = 1;
  }
  return isGate;
}
