/** The way of a request to its answer, and what a client is told of it. */

import type { Mutant } from '../mutant.ts';

export const requestMutants: readonly Mutant[] = [
  {
    id: 'C18r',
    title: 'a deposed leader answers its clients by index, whoever filled it',
    class: 'B',
    algorithm: 'raft',
    breaks: ['I22', 'I30'],
    edits: [
      {
        file: 'src/consensus/raft/core.ts',
        find: '/** Proposals may still be committed',
        replace:
          'const leftovers = new WeakMap<object, Map<number, PendingProposal>>();\n\n/** Proposals may still be committed',
      },
      {
        file: 'src/consensus/raft/core.ts',
        find: "  for (const { request } of leader.pending.values()) {\n    raft.out.put({ kind: 'reject', request, reason: 'lost-leadership' });\n  }",
        replace:
          "  const old = leftovers.get(raft) ?? new Map<number, PendingProposal>();\n  for (const [i, p] of leader.pending) {\n    const before = old.get(i);\n    if (before !== undefined) raft.out.put({ kind: 'reject', request: before.request, reason: 'lost-leadership' });\n    old.set(i, p);\n  }\n  leftovers.set(raft, old);",
      },
      {
        file: 'src/consensus/raft/core.ts',
        find: "  if (raft.role.kind !== 'leader') return undefined;\n  const pending = raft.role.pending.get(index);\n  if (pending === undefined || pending.term !== term) return undefined;\n  raft.role.pending.delete(index);",
        replace:
          "  const map = raft.role.kind === 'leader' && raft.role.pending.has(index) ? raft.role.pending : leftovers.get(raft);\n  const pending = map?.get(index);\n  if (map === undefined || pending === undefined || raft.log.at(index).command === undefined || term < 0) return undefined;\n  map.delete(index);",
      },
    ],
    reach: 'real+sim',
    source: 'etcd 8ecce32 (replies kept by index alone)',
    workloads: ['register', 'append'],
    why: 'Another leader filled the place: the client is told the result of a command that is not its own. A leader cut off with writes under way.',
  },
  {
    id: 'C18p',
    title: 'a deposed leader answers its clients by slot, whoever filled it',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I22', 'I30'],
    edits: [
      {
        file: 'src/consensus/paxos/follower.ts',
        find: "  for (const request of paxos.requests.values()) {\n    paxos.out.put({ kind: 'reject', request, reason: 'lost-leadership' });\n  }\n  paxos.requests.clear();\n",
        replace: '',
      },
      {
        file: 'src/consensus/paxos/leader.ts',
        find: '  paxos.requests.set(slot, request);',
        replace:
          "  const before = paxos.requests.get(slot);\n  if (before !== undefined) paxos.out.put({ kind: 'reject', request: before, reason: 'lost-leadership' });\n  paxos.requests.set(slot, request);",
      },
      {
        file: 'src/consensus/paxos/paxos.ts',
        find: '    if (request === undefined) {\n',
        replace: '    if (request === undefined || decision.command === undefined) {\n',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'As C18r, by slot.',
  },
  {
    id: 'C19',
    title: 'a copy that a restarted node refuses is a definite failure',
    class: 'B',
    algorithm: 'both',
    breaks: ['I22', 'linearizable'],
    edits: [
      {
        file: 'src/consensus/create-replica.ts',
        find: "  origin.kind === 'client' || origin.isFirst || body.kind !== 'command'",
        replace: "  origin.kind === 'client' || origin.isFirst || body.kind !== 'query'",
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'It speaks for its earlier life, which may have proposed the first copy. A late copy, and a quick restart of the leader.',
    needs: { faults: ['kill'] },
  },
  {
    id: 'C20',
    title: 'a forwarded request that comes twice is handled twice',
    class: 'B',
    algorithm: 'both',
    breaks: ['I22', 'linearizable'],
    edits: [
      {
        file: 'src/consensus/create-replica.ts',
        find: '      if (replica.router.isRepeated(from, incarnation, request)) return;\n',
        replace: '',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'The second copy is refused where the first one is under way or was answered, and that answer was lost.',
  },
  {
    id: 'C21',
    title: 'what a client is told is what its last attempt was told',
    class: 'B',
    algorithm: 'both',
    breaks: ['linearizable'],
    edits: [
      {
        file: 'src/node/client.ts',
        find: '      tried = { definite: tried.definite && last.definite, error: last.error };',
        replace: '      tried = { definite: last.definite, error: last.error };',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'An earlier attempt had no answer and may have been carried out; that the last one was refused does not undo it.',
  },
  {
    id: 'C22',
    title: 'an older sequence gets the newest result',
    class: 'B',
    algorithm: 'both',
    breaks: ['I20', 'I22'],
    edits: [
      {
        file: 'src/consensus/state-machine/sessions.ts',
        find: "  if (sequence < known.sequence) return { kind: 'error', code: 'sequence-stale' };\n",
        replace:
          '  if (sequence < known.sequence && known.result !== undefined) return known.result;\n',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Only the newest result is remembered; given to an older command it is the answer to another question.',
  },
  {
    id: 'D09',
    title: 'a seal says that the batch before it is on disk although its sync is still under way',
    class: 'W',
    algorithm: 'both',
    breaks: ['I9'],
    edits: [
      {
        file: 'src/sim/wal.ts',
        find: '    const error = disk.write({ number, synced: this.#synced, records });',
        replace: '    const error = disk.write({ number, synced: number - 1, records });',
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'A loss of power in the middle of that sync leaves a log that looks damaged where it was only never finished: the node refuses it for good.',
    needs: { faults: ['power-loss'] },
  },
  {
    id: 'D10',
    title: 'stops reading at a damaged batch without looking behind it, if that one has no records',
    class: 'B',
    algorithm: 'both',
    breaks: ['I9', 'I30'],
    edits: [
      {
        file: 'src/node/wal-format.ts',
        find: '    if (header !== undefined && header.synced >= number) return at;',
        replace: '    if (header !== undefined && header.synced > number) return at;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Off by one in what proves that a batch had been on disk: damage to the last but one is taken for a torn end.',
    needs: { faults: ['bit-rot'] },
  },
  {
    id: 'C29',
    title: "a deposed leader forgets its clients' commands",
    class: 'L',
    algorithm: 'raft',
    breaks: ['requests-are-answered'],
    edits: [
      {
        file: 'src/consensus/raft/core.ts',
        find: "    raft.out.put({ kind: 'reject', request, reason: 'lost-leadership' });\n",
        replace: '    void request;\n',
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['register'],
    why: 'Whoever asked waits until he gives up, and takes it for a slow network. Seen only by counting, at the end, what nodes owe.',
  },
  {
    id: 'C30',
    title: 'a forwarded request has no time limit',
    class: 'L',
    algorithm: 'both',
    breaks: ['requests-are-answered'],
    edits: [
      {
        file: 'src/consensus/create-replica.ts',
        find: "      for (const request of replica.router.overdue(nowMs)) {\n        replyToClient(replica, request, { kind: 'error', code: 'forward-timeout' });\n      }\n",
        replace: '',
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['register'],
    why: 'As C29: an answer that was lost on its way back is waited for until the node ends, and the list of such requests grows.',
  },
  {
    id: 'C31',
    title: 'an answer to a forwarded request is passed on as often as it comes',
    class: 'B',
    algorithm: 'both',
    breaks: ['a node answers a request once'],
    edits: [
      {
        file: 'src/consensus/router.ts',
        find: '    return this.#forwards.delete(request);',
        replace: '    return this.#forwards.has(request);',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'The first thing that is answered is answered again when its time is up. A node that does that is broken, and ends.',
  },
];
