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
  { scenario: 'paxos-forgotten-promise', schedule: 'S6', catches: ['P08', 'P38p', 'P06'] },
  { scenario: 'paxos-restarted-leader', schedule: 'S7', catches: ['P10', 'P08'] },
  { scenario: 'paxos-lagging-leader', schedule: 'S8', catches: ['P19'] },
  { scenario: 'paxos-leader-change', catches: ['P01', 'P02', 'P03', 'P18g', 'P26', 'P33n'] },
  { scenario: 'paxos-restart-after-catch-up', catches: ['P31d', 'P39r', 'P39p'] },
  { scenario: 'paxos-stale-leader', catches: ['P28'] },
  { scenario: 'paxos-three-ballots', catches: ['P04', 'P04f', 'P03'] },
  { scenario: 'paxos-two-halves', catches: ['P29q'] },
  { scenario: 'raft-duplicated-vote', catches: ['R09'] },
  { scenario: 'raft-first-read', catches: ['R41', 'R43'] },
  { scenario: 'raft-figure-7', catches: ['R18', 'R35', 'R39d'] },
  { scenario: 'raft-late-append', catches: ['R19', 'R19c'] },
  { scenario: 'raft-late-vote', catches: ['R08'] },
  { scenario: 'raft-own-term', catches: ['R24', 'R24n', 'R33'] },
  { scenario: 'raft-pre-vote-behind', catches: ['R15'] },
  { scenario: 'raft-slow-follower-disk', catches: ['R26'] },
  { scenario: 'raft-slow-leader-disk', catches: ['R25', 'R37q'] },
  { scenario: 'raft-split-vote', catches: ['R04', 'R05m'] },
  { scenario: 'raft-stale-leader', catches: ['R22q', 'R40', 'R42o', 'R42q'] },
  { scenario: 'raft-two-logs', catches: ['R01', 'R02', 'R20i', 'R20v'] },
];
