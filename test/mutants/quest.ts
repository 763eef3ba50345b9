/** What is asked of a process that hunts one mutant, and what it answers. */

import type { FoundBy } from '#src/hunt/judge';

export interface Quest {
  readonly system: 'raft' | 'paxos';
  /** Left out: the swarm draws one for each seed. */
  readonly workload: string | undefined;
  /** The first seed. */
  readonly seed: number;
  /** Seeds tried at most, and seconds of computing after which no new one is begun. */
  readonly runs: number;
  readonly seconds: number;
  /** Who may find something. */
  readonly by: readonly FoundBy[];
}

export type Finding =
  | {
      readonly kind: 'caught';
      readonly by: FoundBy;
      readonly name: string;
      readonly explanation: string;
      readonly seed: number;
      readonly runs: number;
      readonly seconds: number;
    }
  | { readonly kind: 'survived'; readonly runs: number; readonly seconds: number };

/** What is left of a failing test after shrinking. */
export interface Size {
  readonly faults: number;
  readonly operations: number;
  /** That shrinking took. */
  readonly seconds: number;
}

export interface Answer {
  /** With everything that is there: traces, checkers, demanded progress, nodes that stop themselves. */
  readonly anyhow: Finding;
  /** What clients see, and progress, only. */
  readonly outside?: Finding;
  /** Of the test of `anyhow`. */
  readonly size?: Size;
}
