/** Raft: how logs are made equal, and what counts as committed. */

import type { Mutant } from '../mutant.ts';

const follower = 'src/consensus/raft/follower.ts';
const log = 'src/consensus/raft/log.ts';
const progress = 'src/consensus/raft/progress.ts';
const reads = 'src/consensus/raft/reads.ts';
const recovery = 'src/consensus/raft/recovery.ts';
const replication = 'src/consensus/raft/replication.ts';

const present = '  const present = raft.log.countPresent(prevIndex, entries);';
const followerCommit = '  advanceCommit(raft, Math.min(message.commit, match));';
const heartbeatCommit = '    const commit = Math.min(progress.match, raft.commitIndex);';
const ownTerm = '  if (raft.log.termAt(majorityIndex) !== raft.term) return;';

export const raftLog: readonly Mutant[] = [
  {
    id: 'R18',
    title: 'appends wherever there is an entry before, of whatever term',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I3', 'I5'],
    edits: [
      {
        file: follower,
        find: '  if (raft.log.termAt(prevIndex) !== prevTerm) {',
        replace: '  if (raft.log.termAt(prevIndex) === undefined) {',
      },
    ],
    reach: 'real+sim',
    source: 'Raft 5.3',
    workloads: ['append', 'register'],
    why: "A divergent tail below a new leader's first entry stays and is committed. Cut off a leader while it is written to, elect another, heal.",
  },
  {
    id: 'R19',
    title: 'removes everything behind the previous entry, then appends',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I30', 'I9'],
    edits: [{ file: follower, find: present, replace: '  const present = 0;' }],
    reach: 'sim',
    source: 'akka-raft#66, openraft 9540c904, lerna#152',
    workloads: ['append', 'register'],
    why: 'A delayed or repeated append cuts off what came after it, acknowledged entries included. If they are known to be committed the node notices and stops.',
  },
  {
    id: 'R19c',
    title: 'rewrites whatever it does not know to be committed',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I9', 'I13', 'I30'],
    edits: [
      {
        file: follower,
        find: present,
        replace:
          '  const present = Math.min(entries.length, Math.max(0, raft.commitIndex - prevIndex));',
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['append', 'register'],
    why: 'As R19 without noticing: an old append removes entries that the leader already counted for this node, before the node heard that they are committed. Reordered appends, then the leader lost.',
  },
  {
    id: 'R21',
    title: 'commits up to its own last index',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I5'],
    edits: [
      {
        file: follower,
        find: followerCommit,
        replace: '  advanceCommit(raft, Math.min(message.commit, raft.log.lastIndex));',
      },
      { file: reads, find: heartbeatCommit, replace: '    const commit = raft.commitIndex;' },
      {
        file: follower,
        find: '  advanceCommit(raft, message.commit);',
        replace: '  advanceCommit(raft, Math.min(message.commit, raft.log.lastIndex));',
      },
    ],
    reach: 'real+sim',
    source: 'copycat#265, scylla#9965',
    workloads: ['append', 'register'],
    why: "A follower with a divergent tail applies that tail. Cut off a leader that is written to, let another commit more, heal: the first thing it hears is a heartbeat. (In appends alone it would be harmless here: a leader's first append always contradicts such a tail.)",
  },
  {
    id: 'R21h',
    title: 'heartbeats carry the commit index of the leader to everybody',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I5', 'I7'],
    edits: [
      {
        file: reads,
        find: heartbeatCommit,
        replace: '    const commit = Math.min(progress.next, raft.commitIndex);',
      },
      {
        file: follower,
        find: '  advanceCommit(raft, message.commit);',
        replace: '  advanceCommit(raft, Math.min(message.commit, raft.log.lastIndex));',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['append', 'register'],
    why: 'What is sent is taken for what is held: a follower with a divergent tail, or one whose append is lost, applies what it has there. Etcd warns of it at sendHeartbeat.',
  },
  {
    id: 'R23',
    title: 'commits entries of older terms by counting copies',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I4', 'I30'],
    edits: [{ file: replication, find: ownTerm, replace: '' }],
    reach: 'real+sim',
    source: 'PySyncObj#169, nats#7955; Raft figure 8',
    workloads: ['append', 'register'],
    why: 'Figure 8: an entry of term 2 on a majority is committed by the leader of term 4 and overwritten by that of term 5. Here an old entry and the no-op of the new term travel in one message, so it needs small batches (or long tails) and four leaders.',
    needs: { nodes: [5], limits: { maxBatchEntries: 1 } },
  },
  {
    id: 'R24',
    title: 'commits nothing while its oldest open entry is of an older term',
    class: 'L',
    algorithm: 'raft',
    breaks: ['I31'],
    edits: [
      {
        file: replication,
        find: ownTerm,
        replace: '  if (raft.log.termAt(raft.commitIndex + 1) !== raft.term) return;',
      },
    ],
    reach: 'real+sim',
    source: 'RaftOS#30',
    workloads: ['register'],
    why: 'The overdone remedy for figure 8: a leader that takes over an uncommitted tail never commits anything again, nor does any leader after it.',
  },
  {
    id: 'R24n',
    title: 'starts its term without a no-op',
    class: 'L',
    algorithm: 'raft',
    breaks: ['I31'],
    edits: [
      {
        file: replication,
        find: '  writeEntries(raft, lastIndex, [{ term: raft.term }]);\n',
        replace: '',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'Until somebody writes, a new leader cannot tell what is committed: reads wait for ever. Shows after a leader change that is followed by reads only.',
  },
  {
    id: 'R25',
    title: 'a leader counts itself before its own disk does',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I10', 'I30'],
    edits: [
      {
        file: replication,
        find: '  let holders = raft.log.durableIndex >= index ? 1 : 0;',
        replace: '  let holders = raft.log.lastIndex >= index ? 1 : 0;',
      },
    ],
    reach: 'sim',
    source: 'dissertation 10.2.1',
    workloads: ['register', 'append'],
    why: 'With one of two followers an entry is acknowledged that only that follower has on disk: the leader loses power, the other two elect without it. Slow leader disk, power loss right after an answer.',
  },
  {
    id: 'R25d',
    title: 'what was cut off still counts as being on disk',
    class: 'W',
    algorithm: 'raft',
    breaks: ['I10', 'I30'],
    edits: [
      {
        file: log,
        find: '    this.#durableIndex = Math.min(this.#durableIndex, keep);\n',
        replace: '',
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['append', 'register'],
    why: "A node that lost a long tail to another leader and leads later counts its new entries as durable while the disk still writes them: as R25, but only up to the old tail's end. Needs truncation, then lead, then power loss.",
  },
  {
    id: 'R26',
    title: 'a follower acknowledges entries before they are on disk',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I9', 'I30'],
    edits: [
      {
        file: follower,
        find: "{ kind: 'appendAccepted', term: raft.term, match }, raft.out.lastSequence);",
        replace: "{ kind: 'appendAccepted', term: raft.term, match }, raft.hardStateSequence);",
      },
    ],
    reach: 'sim',
    source: 'NATS 2.12.1 (Jepsen)',
    workloads: ['register', 'append'],
    why: 'The answer waits for the term and the vote but not for the entries. Power loss of a majority after an acknowledged write, or of one node and a partition of another.',
  },
  {
    id: 'R31',
    title: 'looks back at most fifty entries for where logs part',
    class: 'L',
    algorithm: 'raft',
    breaks: ['I31'],
    edits: [
      {
        file: replication,
        find: '    const candidate = raft.log.lastAtMost(hintTerm, hintIndex).index;',
        replace: `    const hinted = raft.log.lastAtMost(hintTerm, hintIndex).index;
    const candidate = Math.max(hinted, raft.log.lastIndex - 50);`,
      },
      {
        file: replication,
        find: '    progress.next = Math.max(progress.match + 1, Math.min(prevIndex, candidate + 1));',
        replace: '    progress.next = Math.max(progress.match + 1, candidate + 1);',
      },
    ],
    reach: 'real+sim',
    source: 'openraft 6d53aa12',
    workloads: ['register'],
    why: 'A follower that is more than fifty entries behind is asked the same question for ever and never catches up: one node less than everybody believes.',
  },
  {
    id: 'R32',
    title: 'an append that was lost is never asked about',
    class: 'L',
    algorithm: 'raft',
    breaks: ['I31'],
    edits: [
      {
        file: replication,
        find: '    if (oldest !== undefined && oldest.sentMs <= overdueMs) {',
        replace: '    if (oldest !== undefined && oldest.sentMs < -overdueMs) {',
      },
    ],
    reach: 'real+sim',
    source: 'etcd 85e68cf',
    workloads: ['register'],
    why: 'The follower stays in the optimistic state: without another entry it never gets the lost one, and with a full window it gets nothing more at all.',
  },
  {
    id: 'R33',
    title: 'splits a batch at the wrong end',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I3', 'I5'],
    edits: [
      {
        file: log,
        find: '    return this.#entries.slice(start, start + max);',
        replace: `    const rest = this.#entries.slice(start);
    return max === 0 ? [] : rest.slice(-max);`,
      },
    ],
    reach: 'real+sim',
    source: 'LogCabin#160',
    workloads: ['append', 'register'],
    why: 'When more is owed than fits into one message the newest entries are sent as if they followed. Needs a backlog larger than a batch: a small batch limit, or a node that was away for long.',
    needs: { limits: { maxBatchEntries: 2 } },
  },
  {
    id: 'R35',
    title: 'stores an overwriting entry one place too far',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I3'],
    edits: [
      {
        file: log,
        find: '    this.#cut(from - 1);',
        replace: '    this.#cut(Math.min(from, this.lastIndex));',
      },
    ],
    reach: 'real+sim',
    source: 'rafter#34',
    workloads: ['append', 'register'],
    why: 'The contradicting entry itself survives and everything after it is shifted by one. Any conflict that is cut off does it.',
  },
  {
    id: 'R36n',
    title: 'cuts conflicts off in memory but not when it recovers',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I3', 'I9'],
    edits: [
      {
        file: recovery,
        find: '      log.replaceFrom(record.from, record.entries, 0);',
        replace: `      const known = Math.min(record.entries.length, Math.max(0, log.lastIndex + 1 - record.from));
      log.replaceFrom(log.lastIndex + 1, record.entries.slice(known), 0);`,
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['append', 'register'],
    why: 'A node that restarts has the entries again that another leader had overwritten. Conflict, then a restart of the same node, then its vote or its lead.',
  },
  {
    id: 'R37q',
    title: 'commits with one copy too few',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I10', 'I30'],
    edits: [
      {
        file: replication,
        find: 'countHolders(raft, leader, majorityIndex + 1) >= raft.quorum)',
        replace: 'countHolders(raft, leader, majorityIndex + 1) >= Math.max(1, raft.quorum - 1))',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: "Sorted descending, the place before the majority's: with three nodes whatever the leader alone has on disk. Lose the leader, or cut it off.",
  },
  {
    id: 'R38m',
    title: 'takes what it sent for what the follower holds',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I13', 'I10', 'I30'],
    edits: [
      {
        file: progress,
        find: '  progress.match = Math.max(progress.match, match);',
        replace: `  const sent = progress.mode.kind === 'replicate' ? progress.next - 1 : match;
  progress.match = Math.max(progress.match, match, sent);`,
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'With several messages in flight the answer to the first one acknowledges all of them. Lose the later ones and the leader.',
  },
  {
    id: 'R39t',
    title: 'a leader overwrites the end of its own log',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I2', 'I4', 'I30'],
    edits: [
      {
        file: replication,
        find: '  const { lastIndex, lastTerm } = raft.log;',
        replace: `  const lastIndex = raft.commitIndex;
  const lastTerm = raft.log.termAt(lastIndex) ?? 0;`,
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Uncommitted here is taken for uncommitted anywhere: a new leader drops what it does not know to be committed, which the old one may have acknowledged. Lose a leader right after an answer, before its followers hear of the commit.',
  },
  {
    id: 'R39d',
    title: 'takes whatever stands at the place for what the leader sent',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I3'],
    edits: [
      {
        file: log,
        find: '      this.termAt(prevIndex + 1 + present) === entries[present]?.term',
        replace: '      this.termAt(prevIndex + 1 + present) !== undefined',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['append', 'register'],
    why: 'An entry counts as present if there is any entry at its place: conflicting ones are acknowledged without being replaced.',
  },
  {
    id: 'C06',
    title: 'acknowledges a write when it is appended',
    class: 'B',
    algorithm: 'both',
    breaks: ['I30', 'I22'],
    edits: [
      {
        file: 'src/consensus/router.ts',
        find: '  /** The request that is answered now.',
        replace: `  has(request: RequestId): boolean {
    return this.#open.has(request);
  }

  /** The request that is answered now.`,
      },
      {
        file: 'src/consensus/create-replica.ts',
        find: "  else perform(replica, replica.core.step({ kind: 'propose', nowMs, request, command: body }));",
        replace: `  else perform(replica, replica.core.step({ kind: 'propose', nowMs, request, command: body }));
  const known = body.kind === 'command' && body.command.f === 'write';
  if (known && replica.router.has(request)) answer(replica, request, { kind: 'ok', result: null });`,
      },
      {
        file: 'src/consensus/create-replica.ts',
        find: '  if (request === undefined) return;',
        replace: '  if (request === undefined || !replica.router.has(request)) return;',
      },
      {
        file: 'src/consensus/create-replica.ts',
        find: "      answer(replica, effect.request, { kind: 'error', code: errorCodeOf[effect.reason] });",
        replace: `      if (!replica.router.has(effect.request)) return;
      answer(replica, effect.request, { kind: 'error', code: errorCodeOf[effect.reason] });`,
      },
    ],
    reach: 'real+sim',
    source: 'dissertation 6; many first implementations',
    workloads: ['register'],
    why: 'The result of a plain write is known in advance, so it is given at once: lose the leader before a majority has the entry, or read before it is applied.',
  },
];
