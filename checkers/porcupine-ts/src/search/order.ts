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

/**
 * The operations of a path in the order in which they take effect. A hidden one is written as its complement and belongs right
 * before the latest overwrite.
 */
export function unfolded(path: Int32Array, isOverwrite: (operation: number) => boolean): number[] {
  const hiddenBefore = new Map<number, number[]>();
  let overwrite = -1;
  for (let i = 0; i < path.length; i += 1) {
    const operation = path[i] as number;
    if (operation < 0) {
      const list = hiddenBefore.get(overwrite);
      if (list === undefined) hiddenBefore.set(overwrite, [~operation]);
      else list.push(~operation);
    } else if (isOverwrite(operation)) {
      overwrite = i;
    }
  }
  const order: number[] = [];
  for (let i = 0; i < path.length; i += 1) {
    const operation = path[i] as number;
    if (operation < 0) continue;
    order.push(...(hiddenBefore.get(i) ?? []), operation);
  }
  return order;
}
