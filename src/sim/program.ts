/** What runs on the simulated nodes: the same description that a real node gets in its configuration file. */

import type { Limits, Timing } from '../consensus/algorithm.ts';

export interface SimProgram {
  readonly algorithm: string;
  /** The algorithm's own options. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly timing: Timing;
  readonly limits: Limits;
}
