/** What of the time is in sight, and what the reader does to it: keys, wheel, dragging, buttons. */

import type { Scale } from './scale.ts';

/** The least that can be in sight, units (a millisecond each). */
const leastUnits = 0.05;

export interface View {
  readonly from: number;
  readonly to: number;
  /** Calls back after a change. */
  onChange(changed: () => void): void;
  show(from: number, to: number): void;
  /** Zooms around a place by a factor below 1 (nearer) or above. */
  zoom(around: number, factor: number): void;
  /** Moves by a share of what is in sight. */
  pan(share: number): void;
  /** Another scale for the same moments. */
  rescale(scale: Scale): void;
}

export function createView(first: Scale, beginning: readonly [fromMs: number, toMs: number]): View {
  let scale = first;
  let [from, to] = beginning.map((ms) => scale.units(ms)) as [number, number];
  const listeners: (() => void)[] = [];
  const set = (a: number, b: number): void => {
    const whole = scale.endUnits * 1.02;
    const size = Math.min(whole, Math.max(leastUnits, b - a));
    const middle = (a + b) / 2;
    const least = -0.02 * size;
    from = Math.max(least, Math.min(middle - size / 2, scale.endUnits + 0.02 * size - size));
    to = from + size;
    for (const changed of listeners) changed();
  };
  return {
    get from() {
      return from;
    },
    get to() {
      return to;
    },
    onChange: (changed) => listeners.push(changed),
    show: set,
    zoom(around, factor) {
      set(around - (around - from) * factor, around + (to - around) * factor);
    },
    pan(share) {
      const by = (to - from) * share;
      set(from + by, to + by);
    },
    rescale(next) {
      const [a, b] = [scale.ms(from), scale.ms(to)];
      scale = next;
      set(scale.units(a), scale.units(b));
    },
  };
}
