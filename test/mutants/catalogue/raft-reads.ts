/** Raft: linearizable reads without the log. */

import type { Mutant } from '../mutant.ts';

const reads = 'src/consensus/raft/reads.ts';

export const raftReads: readonly Mutant[] = [
  {
    id: 'R40',
    title: 'a leader answers reads without asking whether it still leads',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: reads,
        find: "  if (raft.options.reads === 'local-leader') {",
        replace: "  if (raft.role.kind === 'leader') {",
      },
    ],
    reach: 'real+sim',
    source: 'etcd#741, consul#54',
    workloads: ['register'],
    why: 'A leader that is cut off together with a client answers from the past for up to an election timeout after another was elected.',
    needs: { faults: ['partition', 'pause'] },
  },
  {
    id: 'R41',
    title: 'reads at the commit index that the new leader inherited',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: reads,
        find: '  const readIndex = Math.max(raft.commitIndex, role.termStartIndex);',
        replace: '  const readIndex = raft.commitIndex;',
      },
    ],
    reach: 'real+sim',
    source: 'etcd f9382a4; redisraft#18, #22',
    workloads: ['register'],
    why: 'Before its no-op is committed a leader does not know what was acknowledged last: kill the leader right after an answer and read at the next one at once.',
  },
  {
    id: 'R42o',
    title: 'a read is confirmed by a round that began before it',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: reads,
        find: '  const round = role.round + 1;',
        replace: '  const round = role.round;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'The answers to the last heartbeat prove that it led then, not now. A leader that was cut off right after a round answers until it steps down.',
    needs: { faults: ['partition', 'pause'] },
  },
  {
    id: 'R42q',
    title: 'a read is confirmed by one node too few',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: reads,
        find: '  return answers >= raft.quorum;',
        replace: '  return answers >= Math.max(1, raft.quorum - 1);',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'With three nodes the leader confirms itself; with five, two nodes that are cut off confirm each other.',
    needs: { faults: ['partition', 'pause'] },
  },
  {
    id: 'R43',
    title: 'answers a confirmed read before it has applied far enough',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: reads,
        find: '    if (oldest === undefined || oldest.readIndex > raft.emittedIndex) return;',
        replace: '    if (oldest === undefined) return;',
      },
    ],
    reach: 'real+sim',
    source: 'etcd#3879',
    workloads: ['register'],
    why: 'A new leader whose lead is confirmed before its no-op is committed answers from what it had applied by then. After a restart that is nothing.',
  },
];
