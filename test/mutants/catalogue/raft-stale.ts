/** Raft: what is old, late or comes twice. */

import type { Mutant } from '../mutant.ts';

export const raftStale: readonly Mutant[] = [
  {
    id: 'R03f',
    title: 'following a leader frees the vote of its term',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I26', 'I1'],
    edits: [
      {
        file: 'src/consensus/raft/core.ts',
        find: '  if (term > raft.term) saveHardState(raft, term, undefined);\n',
        replace:
          '  if (term > raft.term) saveHardState(raft, term, undefined);\n  else if (leader !== undefined) raft.votedFor = undefined;\n',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Once a leader is heard the vote is forgotten: a second candidate of the term that asks late is elected by those who elected the first. Delayed requests, or a slow candidate.',
  },
  {
    id: 'R07p',
    title: 'a late pre-vote counts as a vote',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I23', 'I1'],
    edits: [
      {
        file: 'src/consensus/raft/election.ts',
        find: "  if (raft.role.kind !== 'preCandidate' || !message.granted) return;",
        replace:
          "  if (raft.role.kind === 'candidate' && message.granted && message.term === raft.term) return countVote(raft, from);\n  if (raft.role.kind !== 'preCandidate' || !message.granted) return;",
      },
    ],
    reach: 'real+sim',
    source: 'own; etcd has message types of their own for this reason',
    workloads: ['register', 'append'],
    why: 'A pre-vote promises nothing and may go to several; the candidate of that very term takes its late answer for a vote.',
  },
  {
    id: 'R05a',
    title: 'a repeated request for a vote is answered before the first is on disk',
    class: 'W',
    algorithm: 'raft',
    breaks: ['I9'],
    edits: [
      {
        file: 'src/consensus/raft/election.ts',
        find: '  if (granted) grantVote(raft, from, position.index, position.term);',
        replace:
          '  const again = raft.votedFor === from;\n  if (granted) grantVote(raft, from, position.index, position.term);',
      },
      {
        file: 'src/consensus/raft/election.ts',
        find: '  raft.out.send(from, reply, raft.out.lastSequence);',
        replace: '  raft.out.send(from, reply, again ? 0 : raft.out.lastSequence);',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'The vote is not written again, so nothing seems to be waited for, but the first write may still be under way. A repeated request, a slow disk, a loss of power.',
  },
  {
    id: 'R26a',
    title: 'a repeated append is acknowledged before the first is on disk',
    class: 'W',
    algorithm: 'raft',
    breaks: ['I9', 'I30'],
    edits: [
      {
        file: 'src/consensus/raft/follower.ts',
        find: '  accept(raft, from, match);\n',
        replace:
          "  if (present === entries.length) raft.out.send(from, { kind: 'appendAccepted', term: raft.term, match }, raft.hardStateSequence);\n  else accept(raft, from, match);\n",
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'A copy of an append has nothing new, so its answer waits for the hard state only, while the entries of the first one are still on their way to the disk.',
  },
  {
    id: 'R38o',
    title: 'an acknowledgement of an older term of its own counts',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I13', 'I10'],
    edits: [
      {
        file: 'src/consensus/raft/raft.ts',
        find: "  } else if (message.kind === 'vote') {\n    onVote(raft, from, message);\n  }\n}",
        replace:
          "  } else if (message.kind === 'vote') {\n    onVote(raft, from, message);\n  } else if (message.kind === 'appendAccepted' && message.match <= raft.log.lastIndex) {\n    onFollowersAnswer(raft, from, message);\n  }\n}",
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'What matched in an earlier term of the same leader may have been overwritten since. A follower whose answers are held back until its leader leads again.',
  },
  {
    id: 'R42t',
    title: 'an answer to a heartbeat of an older term of its own counts',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: 'src/consensus/raft/raft.ts',
        find: "  } else if (message.kind === 'vote') {\n    onVote(raft, from, message);\n  }\n}",
        replace:
          "  } else if (message.kind === 'vote') {\n    onVote(raft, from, message);\n  } else if (message.kind === 'heartbeatReply') {\n    onFollowersAnswer(raft, from, message);\n  }\n}",
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Rounds count from 1 in every term: a late answer to round 57 of an earlier term confirms the first 57 of this one in advance.',
  },
  {
    id: 'R42d',
    title: 'a confirmation that comes twice is credited to a second node',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: 'src/consensus/raft/reads.ts',
        find: '  progress.ackedRound = Math.max(progress.ackedRound, message.round);',
        replace:
          '  if (progress.ackedRound === message.round) {\n    for (const other of leader.progress.values()) {\n      if (other.ackedRound >= message.round) continue;\n      other.ackedRound = message.round;\n      break;\n    }\n  }\n  progress.ackedRound = Math.max(progress.ackedRound, message.round);',
      },
    ],
    reach: 'real+sim',
    source: 'own; read confirmations counted per message',
    workloads: ['register', 'append'],
    why: 'As R09 for reads: with five nodes two answers of one make a majority. Duplicates.',
    needs: { nodes: [5, 4] },
  },
  {
    id: 'R42h',
    title: 'heartbeats of an older term are answered as if it were the current one',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: 'src/consensus/raft/follower.ts',
        find: "  const reply = { kind: 'heartbeatReply', term: raft.term, round: 0 } as const;",
        replace:
          "  const reply = { kind: 'heartbeatReply', term: message.term, round: message.kind === 'heartbeat' ? message.round : 0 } as const;",
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'A node in a newer term says yes to the old leader instead of telling it: that one reads and never learns.',
  },
  {
    id: 'R32w',
    title: 'the window never empties',
    class: 'L',
    algorithm: 'raft',
    breaks: ['I31'],
    edits: [
      {
        file: 'src/consensus/raft/progress.ts',
        find: '    while ((inflight[0]?.lastIndex ?? Number.POSITIVE_INFINITY) <= match) inflight.shift();',
        replace:
          '    if ((inflight[0]?.lastIndex ?? Number.POSITIVE_INFINITY) < match) inflight.shift();',
      },
    ],
    reach: 'real+sim',
    source: 'etcd: leaked inflight windows',
    workloads: ['register', 'append'],
    why: 'Answered messages still count as being on their way: after a window of them nothing more is sent.',
  },
  {
    id: 'R18p',
    title: 'a follower that lacks what is to come before says nothing',
    class: 'L',
    algorithm: 'raft',
    breaks: ['I31'],
    edits: [
      {
        file: 'src/consensus/raft/follower.ts',
        find: '    reject(raft, from, prevIndex, prevTerm);\n    return;',
        replace:
          '    if (raft.log.termAt(prevIndex) !== undefined) reject(raft, from, prevIndex, prevTerm);\n    return;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Silence where a refusal is due: the leader goes on asking at the same place. A follower that was away.',
  },
];
