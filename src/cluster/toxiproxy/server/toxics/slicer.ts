/**
 * slicer: cuts chunks into slices of about `average_size` +- `size_variation` bytes, each its own segment, and pauses
 * `delay` microseconds after each. Timers tick in milliseconds: a shorter pause keeps its rate, several slices per tick.
 */

import type { Random } from '../../../../random/random.ts';
import { limits } from '../limits.ts';
import type { Attributes, Behaviour, ToxicKind } from '../toxic.ts';

type Name = 'average_size' | 'size_variation' | 'delay';

/** How much a late timer may be made up for; more would send a burst. */
const catchUpMs = 2;

function create(attributes: Attributes<Name>, random: Random): Behaviour {
  let sizes: number[] = [];
  let notBeforeMs = 0;
  return {
    onChunk(head, nowMs) {
      if (nowMs < notBeforeMs) return { kind: 'wait', untilMs: notBeforeMs };
      if (sizes.length === 0) sizes = slices(head.data.length, attributes, random).reverse();
      const bytes = sizes.pop() ?? head.data.length;
      notBeforeMs = Math.max(notBeforeMs, nowMs - catchUpMs) + attributes.delay / 1000;
      return { kind: 'pass', bytes };
    },
    onUpdate() {
      sizes = [];
      notBeforeMs = 0;
    },
  };
}

/** Halves until small enough, the middle moved at random; at least one byte each. */
function slices(length: number, attributes: Attributes<Name>, random: Random): number[] {
  const average = Math.max(1, attributes.average_size);
  const variation = Math.min(attributes.size_variation, average - 1);
  if (length - average <= variation || length < 2) return [length];
  const moved = variation === 0 ? 0 : random.below(variation * 2) - variation;
  const left = Math.min(length - 1, Math.max(1, Math.floor(length / 2) + moved));
  return [...slices(left, attributes, random), ...slices(length - left, attributes, random)];
}

export const slicer: ToxicKind<Name> = {
  type: 'slicer',
  attributes: ['average_size', 'size_variation', 'delay'],
  needsRoom: true,
  heldBytes: limits.heldBytes,
  onRemove: 'flush',
  create,
};
