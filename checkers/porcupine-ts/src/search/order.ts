/**
 * Overwrites that nobody sees.
 *
 * A required operation that is legal in every state (`total`: an overwrite, an append) can be put right before any overwrite
 * (`blind`) that takes effect while it is open: nothing comes between the two, so it changes nothing. The search makes use of it backwards in time. Once an overwrite has been
 * placed, every other such one that was open then can be *hidden* before it, later, for free, without a change of state. So one
 * is placed in the open only for somebody to see what it writes, or because nothing hides it; and it is kept, to be
 * of use, until it must return. That it fits there: what was placed before had been called before anything unplaced
 * returned, and what was not yet placed returned after everything open had been called.
 */

import { at, ints } from './ints.ts';

/**
 * The operations of a path in the order in which they take effect. A hidden one is written as its complement and belongs right
 * before the latest overwrite.
 */
export function unfolded(
  path: Int32Array,
  isOverwrite: (operation: number) => boolean,
): Int32Array {
  const hidden = hiddenBefore(path, isOverwrite);
  if (hidden.size === 0) return path;
  const order = ints(path.length);
  let length = 0;
  for (let i = 0; i < path.length; i += 1) {
    const operation = at(path, i);
    if (operation < 0) continue;
    for (const earlier of hidden.get(i) ?? []) {
      order[length] = earlier;
      length += 1;
    }
    order[length] = operation;
    length += 1;
  }
  return order.subarray(0, length);
}

/** By the place of an overwrite in the path: what is hidden before it. */
function hiddenBefore(
  path: Int32Array,
  isOverwrite: (operation: number) => boolean,
): ReadonlyMap<number, readonly number[]> {
  const hidden = new Map<number, number[]>();
  let overwrite = -1;
  for (let i = 0; i < path.length; i += 1) {
    const operation = at(path, i);
    if (operation >= 0) {
      if (isOverwrite(operation)) overwrite = i;
      continue;
    }
    const list = hidden.get(overwrite);
    if (list === undefined) hidden.set(overwrite, [~operation]);
    else list.push(~operation);
  }
  return hidden;
}
