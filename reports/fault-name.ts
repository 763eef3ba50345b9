/** What a fault is called in every report. */

import type { FaultFigures } from '#src/metrics/types';

/** `kill`, `partition`, `partition (halves)`: the shape says who else was cut, unless it is only the targets. */
export function nameOf({ kind, parameters }: Pick<FaultFigures, 'kind' | 'parameters'>): string {
  const shape: unknown =
    typeof parameters === 'object' && parameters !== null
      ? Reflect.get(parameters, 'shape')
      : undefined;
  return typeof shape !== 'string' || shape === 'isolate' ? kind : `${kind} (${shape})`;
}
