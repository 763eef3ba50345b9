/** Latencies as rows of a table. */

import type { Results } from './results.ts';

type ByF = Results['latency'];

/**
 * By operation, and once more from when it was due where that makes a difference: where clients were too few to ask what
 * they should have asked.
 */
export function* latencyRows(
  latency: ByF,
  corrected: ByF = {},
): IterableIterator<readonly [string, ByF[string]]> {
  for (const [f, quantiles] of Object.entries(latency)) {
    yield [f, quantiles];
    const due = corrected[f];
    if (due !== undefined && due.p999 !== quantiles.p999) yield [`${f}, from when it was due`, due];
  }
}
