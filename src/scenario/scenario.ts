/** A scenario, read and checked, ready to be played. */

import type { Action } from './actions.ts';
import type { Expectation } from './expectation.ts';
import type { ScenarioSystem } from './system.ts';

export interface Step {
  readonly line: number;
  readonly text: string;
  readonly say: string;
  /** Undefined: only words, or only expectations. */
  readonly action: Action | undefined;
  readonly expect: readonly Expectation[];
}

export interface Scenario {
  /** As named in errors. */
  readonly file: string;
  readonly title: string;
  readonly about: string;
  readonly system: ScenarioSystem;
  readonly nodes: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly maxBatchEntries: number;
  readonly seed: number;
  /** What each proposer of single-decree Paxos wants. */
  readonly values: ReadonlyMap<string, string>;
  /** Records on the disks at the start. */
  readonly disks: ReadonlyMap<string, readonly unknown[]>;
  readonly steps: readonly Step[];
}
