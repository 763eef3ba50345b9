/** How far a run has got, for the status line. */

import type { StatusLine } from '#reports/status-line';
import type { Progress } from './interpreter.ts';
import type { TestSpec } from './spec.ts';

export function showProgress(
  spec: TestSpec,
  status: StatusLine,
  seen: {
    readonly progress: Progress;
    /** Faults in effect. */
    readonly active: readonly string[];
    readonly leader: string | undefined;
  },
): void {
  const { progress, active, leader } = seen;
  status.progress({
    elapsedMs: progress.timeNs / 1e6,
    totalMs: spec.time * 1000,
    ok: progress.ok,
    fail: progress.fail,
    info: progress.info,
    active,
    ...(leader === undefined ? {} : { leader }),
  });
}
