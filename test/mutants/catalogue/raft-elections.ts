/** Raft: who may lead. */

import type { Mutant } from '../mutant.ts';

const election = 'src/consensus/raft/election.ts';
const core = 'src/consensus/raft/core.ts';
const log = 'src/consensus/raft/log.ts';
const raft = 'src/consensus/raft/raft.ts';
const recovery = 'src/consensus/raft/recovery.ts';

const upToDate = `    if (other.term !== this.lastTerm) return other.term > this.lastTerm;
    return other.index >= this.lastIndex;`;

export const raftElections: readonly Mutant[] = [
  {
    id: 'R01',
    title: 'votes for candidates whose log is behind',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I4', 'I30'],
    edits: [{ file: log, find: upToDate, replace: '    return other.index >= 0;' }],
    reach: 'real+sim',
    source: 'Raft 5.4.1',
    workloads: ['register', 'append'],
    why: 'Neither the vote nor the pre-vote compares logs: a follower that was cut off while entries were committed is elected by others that lag or by chance, and overwrites them. Cut off one follower, commit, lose the leader.',
  },
  {
    id: 'R02',
    title: 'compares term and index of logs one by one',
    class: 'L',
    algorithm: 'raft',
    breaks: ['I31'],
    edits: [
      {
        file: log,
        find: upToDate,
        replace: '    return other.term >= this.lastTerm && other.index >= this.lastIndex;',
      },
    ],
    reach: 'real+sim',
    source: 'openraft a48a3282',
    workloads: ['register'],
    why: 'Logs that end at (term 2, index 1) and (term 1, index 2) each refuse the other: with one of three nodes down for good nobody is ever elected. Needs a leader cut off with an uncommitted tail, then the other one lost for good.',
  },
  {
    id: 'R04',
    title: 'votes for every candidate of a term',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I1', 'I9'],
    edits: [
      {
        file: election,
        find: '  raft.votedFor === undefined || raft.votedFor === candidate;',
        replace: "  raft.votedFor === undefined || candidate !== '';",
      },
    ],
    reach: 'real+sim',
    source: 'Raft 5.2',
    workloads: ['register', 'append'],
    why: 'A second candidate of the same term gets the same vote: two leaders in one term as soon as two nodes campaign at once.',
  },
  {
    id: 'R05',
    title: 'answers a vote request before its vote is on disk',
    class: 'W',
    algorithm: 'raft',
    breaks: ['I9', 'I1'],
    edits: [
      {
        file: election,
        find: '  raft.out.send(from, reply, raft.out.lastSequence);',
        replace: '  raft.out.send(from, reply, 0);',
      },
    ],
    reach: 'real+sim',
    source: 'PySyncObj#167, nodedb#161, databend#1051',
    workloads: ['register', 'append'],
    why: 'A voter that loses power between its answer and its fsync votes once more in the same term. Slow disks, two candidates, a power loss in between.',
  },
  {
    id: 'R05m',
    title: 'keeps its vote in memory only',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I9', 'I1'],
    edits: [
      {
        file: election,
        find: '  if (raft.votedFor === undefined) saveHardState(raft, raft.term, candidate);',
        replace: '  raft.votedFor = candidate;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'The term is written when it is adopted, the vote never: whoever restarts within a term may vote in it again.',
  },
  {
    id: 'R05r',
    title: 'forgets its vote when it recovers',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I9', 'I1'],
    edits: [
      {
        file: recovery,
        find: '      votedFor = record.vote ?? undefined;',
        replace: '      votedFor = undefined;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'The record is there and is read, but the vote in it is left out: a quick restart during an election gives the node a second vote.',
  },
  {
    id: 'R07t',
    title: 'adopts a newer term without writing it down',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I8', 'I9'],
    edits: [
      {
        file: core,
        find: '  if (term > raft.term) saveHardState(raft, term, undefined);',
        replace: `  if (term > raft.term) {
    raft.term = term;
    raft.votedFor = undefined;
  }`,
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'A follower that adopts a term by an append and restarts is back in the old one: its log then holds entries of a later term than its own, or it votes in a term that it had left.',
  },
  {
    id: 'R08',
    title: 'counts votes of an older term',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I1'],
    edits: [
      {
        file: raft,
        find: `  } else if (message.kind === 'vote') {
    onVote(raft, from, message);
  }`,
        replace: `  } else if (message.kind === 'vote') {
    onVote(raft, from, message);
  } else if (message.kind === 'voteReply') {
    onVoteReply(raft, from, message);
  }`,
      },
    ],
    reach: 'real+sim',
    source: 'Xraft#33',
    workloads: ['register', 'append'],
    why: 'A candidate that gave up on an election and started the next one counts what was granted for the former: two leaders in a term if the granter voted for somebody else meanwhile. Late vote replies over two elections.',
  },
  {
    id: 'R09',
    title: 'counts votes per message instead of per voter',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I1'],
    edits: [
      {
        file: election,
        find: '  raft.role.votes.add(voter);',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: source text.
        replace: '  raft.role.votes.add(`${voter}#${raft.role.votes.size}`);',
      },
    ],
    reach: 'sim',
    source: 'DEMi raft-45',
    workloads: ['register', 'append'],
    why: 'A duplicated vote reply counts twice, so two voters elect a leader of five. Needs duplication and two candidates in one term.',
    needs: { nodes: [4, 5] },
  },
  {
    id: 'R10',
    title: 'takes half of an even cluster for a majority',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I1', 'I30'],
    edits: [
      {
        file: raft,
        find: '    quorum: Math.floor(config.members.length / 2) + 1,',
        replace: '    quorum: Math.ceil(config.members.length / 2),',
      },
    ],
    reach: 'real+sim',
    source: 'hashicorp/raft 163a55f, openraft d60f1e85',
    workloads: ['register', 'append'],
    why: 'With four nodes cut two to two each half elects a leader and commits. Odd clusters are not affected.',
    needs: { nodes: [4, 2, 6], faults: ['partition'] },
  },
  {
    id: 'R11',
    title: 'a leader ignores higher terms in answers',
    class: 'W',
    algorithm: 'raft',
    breaks: ['I12', 'I31'],
    edits: [
      {
        file: raft,
        find: '    if (speaksForItsTerm(message)) adoptTerm(raft, from, message);',
        replace: `    const answer = message.kind === 'heartbeatReply' || message.kind === 'appendRejected';
    if (speaksForItsTerm(message) && !(answer && raft.role.kind === 'leader')) {
      adoptTerm(raft, from, message);
    }`,
      },
    ],
    reach: 'real+sim',
    source: 'Raft 5.1',
    workloads: ['register'],
    why: 'A deposed leader that hears its followers refuse it goes on leading, and takes the refusals for signs of life. It ends only when the new leader reaches it: cut that one direction.',
    needs: { faults: ['partition'] },
  },
  {
    id: 'R12',
    title: 'election timeouts are not random',
    class: 'L',
    algorithm: 'raft',
    breaks: ['I31'],
    edits: [
      {
        file: core,
        find: '  raft.electionDeadlineMs = raft.nowMs + timeoutMs + raft.random.below(timeoutMs);',
        replace: '  raft.electionDeadlineMs = raft.nowMs + timeoutMs;',
      },
    ],
    reach: 'real+sim',
    source: 'dissertation 9',
    workloads: ['register'],
    why: 'Nodes that lost their leader together campaign together and split the vote again and again, as long as their clocks tick alike and the network is even.',
  },
  {
    id: 'R12a',
    title: 'every message puts off the next election',
    class: 'P',
    algorithm: 'raft',
    breaks: ['I31'],
    edits: [
      {
        file: raft,
        find: '  if (!raft.peers.includes(from)) return;',
        replace: `  if (!raft.peers.includes(from)) return;
  resetElectionTimer(raft);`,
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'A candidate that cannot win (its log is behind, or it hears nobody) keeps putting off the one that could, with every question it asks: elections take several times as long.',
  },
  {
    id: 'R13',
    title: 'a candidate takes appends of the term before',
    class: 'W',
    algorithm: 'raft',
    breaks: ['I8', 'I12'],
    edits: [
      {
        file: raft,
        find: '  if (message.term < raft.term) onOldTerm(raft, from, message);',
        replace: `  const mine = raft.role.kind === 'candidate' && message.kind === 'append';
  if (message.term < raft.term && !mine) onOldTerm(raft, from, message);`,
      },
    ],
    reach: 'real+sim',
    source: 'nebula#685',
    workloads: ['register', 'append'],
    why: 'The term it asks votes for and the term it accepts entries in are not the same: an append of the deposed leader makes it follow that leader in the new term, and the real leader of that term is then the second one.',
  },
  {
    id: 'R15',
    title: 'does not answer pre-votes of an older term',
    class: 'L',
    algorithm: 'raft',
    breaks: ['I31'],
    edits: [
      {
        file: raft,
        find: `  } else if (message.kind === 'preVote') {
    onPreVote(raft, from, message);
  } else if (message.kind === 'vote') {`,
        replace: `  } else if (message.kind === 'vote') {`,
      },
    ],
    reach: 'real+sim',
    source: 'etcd d4471b2, 3c7359d',
    workloads: ['register'],
    why: 'A node with the better log and the lower term never learns the higher one, and the node with the higher term has the worse log: with a third node gone for good nobody is elected.',
  },
  {
    id: 'R17',
    title: 'leads again after a restart if it last voted for itself',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I1', 'I5'],
    edits: [
      {
        file: raft,
        find: "import { becomeFollower, emitCommits, type Leader, type Raft, resetElectionTimer } from './core.ts';",
        replace:
          "import { becomeFollower, emitCommits, type Leader, type Raft, resetElectionTimer } from './core.ts';\nimport { startLeading } from './replication.ts';",
      },
      {
        file: raft,
        find: '  if (raft.trace !== undefined) out.witness = raftWitness(raft.trace, recovered);',
        replace: `  if (raft.trace !== undefined) out.witness = raftWitness(raft.trace, recovered);
  if (raft.votedFor === raft.self) {
    raft.role = { kind: 'candidate', votes: new Set() };
    startLeading(raft);
  }`,
      },
    ],
    reach: 'real+sim',
    source: 'openraft ff9a9335',
    workloads: ['register', 'append'],
    why: 'A vote for oneself is not an election: a candidate that lost and restarts leads the term of another. One that had won and lost its tail in the crash writes other entries in the same places and the same term.',
  },
  {
    id: 'R20i',
    title: 'the longest log wins, whatever its terms',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I4', 'I30'],
    edits: [{ file: log, find: upToDate, replace: '    return other.index >= this.lastIndex;' }],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'A deposed leader with a long uncommitted tail is elected over those that committed fewer but newer entries, and removes them. Cut off a leader while it is being written to, commit a little, lose the new leader.',
  },
  {
    id: 'R20v',
    title: 'compares logs in the pre-vote only',
    class: 'W',
    algorithm: 'raft',
    breaks: ['I4', 'I30'],
    edits: [
      {
        file: election,
        find: '    message.term === raft.term && votesFor(raft, from) && raft.log.isUpToDate(position);',
        replace: '    message.term === raft.term && votesFor(raft, from) && position.index >= 0;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'What was true when the pre-vote was asked need not hold when the vote is: entries committed in between are lost. Delays, or preVote switched off.',
    needs: { options: { preVote: false } },
  },
  {
    id: 'R22q',
    title: 'a leader that hears one node too few stays',
    class: 'P',
    algorithm: 'raft',
    breaks: ['I31'],
    edits: [
      {
        file: raft,
        find: '  return heard >= raft.quorum;',
        replace: '  return heard + 1 >= raft.quorum;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'A leader cut off from its majority never gives up. Not unsafe, since it commits and confirms nothing; its clients wait, and whoever hears only it never campaigns.',
  },
  {
    id: 'R23p',
    title: 'grants pre-votes although it hears a leader',
    class: 'P',
    algorithm: 'raft',
    breaks: ['I31'],
    edits: [
      {
        file: election,
        find: '  const granted = free && raft.log.isUpToDate(position) && !hasFreshLeader(raft);',
        replace: '  const granted = free && raft.log.isUpToDate(position);',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'A node that cannot hear the leader gets the term raised although all others are content; where checkQuorum also guards votes, its campaigns fail, and the terms part. One-way cuts.',
  },
  {
    id: 'R57q',
    title: 'a leader counts only the others when it looks whether it has a majority',
    class: 'L',
    algorithm: 'raft',
    breaks: ['calm-leader-stays'],
    edits: [
      {
        file: raft,
        find: '  let heard = 1;',
        replace: '  let heard = 0;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'With one of three nodes down every leader gives up after one election timeout, and everybody is served in between. Nodes that stay down, and calm.',
    needs: { nodes: [3, 2], faults: ['kill'] },
  },
  {
    id: 'R12h',
    title: 'a leader shows itself once an election timeout',
    class: 'L',
    algorithm: 'raft',
    breaks: ['calm-leader-stays'],
    edits: [
      {
        file: 'src/consensus/raft/reads.ts',
        find: 'leader.nextHeartbeatMs = raft.nowMs + raft.config.timing.heartbeatMs;',
        replace: 'leader.nextHeartbeatMs = raft.nowMs + raft.config.timing.electionTimeoutMs;',
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['register'],
    why: 'As long as clients write, appends and their answers hide it. Nodes that are left alone change their leader all the time.',
  },
];
