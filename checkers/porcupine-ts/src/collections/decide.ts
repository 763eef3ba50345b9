/** Chooses the method for the shape of the object. */

import type { FastVerdict } from '../fast-path.ts';
import type { Problem } from '../search/problem.ts';
import { decideBuffer } from './buffer.ts';
import { decideCounter } from './counter.ts';
import { decideSet, decideToggle } from './set.ts';
import { timeline } from './timeline.ts';
import { proven, type ShapeVerdict } from './verdict.ts';

/** Decides a partition without search, if the object has a shape and the history is in its class. Throws what `look` of the problem throws. */
export function decideShape<State, Input, Output>(
  p: Problem<State, Input, Output>,
): FastVerdict<State, Input, Output> {
  const { shape } = p.model;
  if (shape === undefined || shape.kind === 'text') return { kind: 'unsuited' };
  const t = timeline(p);
  const decide = (): ShapeVerdict => {
    switch (shape.kind) {
      case 'toggle':
        return decideToggle(p, t, shape);
      case 'set':
        return decideSet(p, t, shape);
      case 'counter':
        return decideCounter(p, t, shape);
      case 'queue':
      case 'stack':
        return decideBuffer(p, t, shape);
    }
  };
  const verdict = decide();
  p.look();
  return proven(p, t, verdict);
}
