/** Scenarios that were written for a bug, and the mutants that each of them catches. */

export interface Directed {
  /** File name in examples/scenarios, without `.yaml`. */
  readonly scenario: string;
  /** Schedule of the list of known bugs that it plays. */
  readonly schedule?: string;
  readonly catches: readonly string[];
}

export const directed: readonly Directed[] = [
  { scenario: 'raft-figure-8-counted', schedule: 'S1', catches: ['R23'] },
  { scenario: 'raft-divergent-tail', schedule: 'S3', catches: ['R21', 'R21h'] },
  { scenario: 'raft-first-read', catches: ['R41', 'R43'] },
  { scenario: 'raft-stale-leader', catches: ['R40', 'R42o', 'R42q'] },
  { scenario: 'raft-figure-7', catches: ['R18', 'R35', 'R39d'] },
  { scenario: 'raft-split-vote', catches: ['R04'] },
  { scenario: 'paxos-leader-change', catches: ['P01', 'P02', 'P03', 'P18g', 'P33n'] },
];
