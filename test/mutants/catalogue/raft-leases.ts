/** Raft: reads by a lease. */

import type { Mutant } from '../mutant.ts';

export const raftLeases: readonly Mutant[] = [
  {
    id: 'R44',
    title: 'a lease runs from when a round is answered',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I18', 'I17'],
    edits: [
      {
        file: 'src/consensus/raft/reads.ts',
        find: '    leader.leaseUntilMs = oldest.atMs + lengthMs;',
        replace: '    leader.leaseUntilMs = raft.nowMs + lengthMs;',
      },
    ],
    reach: 'real+sim',
    source: 'openraft leader-lease.md; dissertation 6.4.1',
    workloads: ['register', 'append'],
    why: 'Followers count from when they heard the round, which may be long before their answers arrive: late answers make the lease outlive their promise. Slow or late messages, and a leader that is cut off.',
    needs: { options: { reads: 'lease' }, faults: ['partition'] },
  },
  {
    id: 'R44d',
    title: 'a lease is as long as the election timeout, however much clocks may differ',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I18', 'I17'],
    edits: [
      {
        file: 'src/consensus/raft/reads.ts',
        find: '  const lengthMs = timing.electionTimeoutMs * (1 - raft.options.maxClockDrift);',
        replace: '  const lengthMs = timing.electionTimeoutMs;',
      },
    ],
    reach: 'real+sim',
    source: 'dissertation 6.4.1',
    workloads: ['register', 'append'],
    why: 'On a clock that runs slowly, within what was said, the leader still reads when the others have elected another. A slow clock, and a cut.',
    needs: { options: { reads: 'lease', maxClockDrift: 0.7 }, faults: ['clock', 'partition'] },
  },
  {
    id: 'R46',
    title: 'who confirmed a lease votes for others all the same',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I18', 'I17'],
    edits: [
      {
        file: 'src/consensus/raft/raft.ts',
        find: "    if (message.kind === 'vote' && raft.options.checkQuorum && hasFreshLeader(raft)) return;\n",
        replace: '',
      },
      {
        file: 'src/consensus/raft/raft.ts',
        find: "  if (message.kind === 'vote' && message.term === raft.term && isVoteLeased(raft)) return;\n",
        replace: '',
      },
    ],
    reach: 'real+sim',
    source: 'etcd config guard; raft-rs #141',
    workloads: ['register', 'append'],
    why: 'A candidate that does not hear the leader, or has just restarted, is elected while the lease runs. One-way cuts, without pre-votes.',
    needs: { options: { reads: 'lease', preVote: false }, faults: ['partition'] },
  },
  {
    id: 'R46t',
    title: 'a newer term ends what was confirmed to the leader of the older one',
    class: 'W',
    algorithm: 'raft',
    breaks: ['I18', 'I17'],
    edits: [
      {
        file: 'src/consensus/raft/raft.ts',
        find: "  if (message.kind === 'vote' && message.term === raft.term && isVoteLeased(raft)) return;\n",
        replace: '',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Whoever hears of the newer term first, from a candidate that failed, votes at once for the next one that asks, while the old leader still reads by its lease.',
    needs: { options: { reads: 'lease', preVote: false } },
  },
  {
    id: 'R46r',
    title: 'a restarted node does not wait out what it may have promised',
    class: 'W',
    algorithm: 'raft',
    breaks: ['I18', 'I17'],
    edits: [
      {
        file: 'src/consensus/raft/raft.ts',
        find: '    leaderContactMs: nowMs,',
        replace: '    leaderContactMs: Number.NEGATIVE_INFINITY,',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'It confirmed a lease, restarts, and votes for a candidate that has not heard the leader for long, while the leader still reads. Needs two nodes that hear each other only through it, and nothing written meanwhile.',
    needs: { options: { reads: 'lease' }, faults: ['partition', 'kill'] },
  },
];
