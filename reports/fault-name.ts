/** What a fault is called in every report. */

import type { FaultFigures } from '#src/metrics/types';

/** `kill`, `kill (rolling)`, `partition (halves)`: the shape says who else was cut, unless it is only the targets. */
export function nameOf({ kind, parameters }: Pick<FaultFigures, 'kind' | 'parameters'>): string {
  const of = (name: string): unknown =>
    typeof parameters === 'object' && parameters !== null
      ? Reflect.get(parameters, name)
      : undefined;
  const shape = of('shape') ?? of('pattern');
  const isUsual = typeof shape !== 'string' || shape === 'isolate' || shape === 'once';
  return isUsual ? kind : `${kind} (${shape})`;
}
