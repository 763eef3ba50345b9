/** Multi-Paxos: what is old, late, left out or comes twice. */

import type { Mutant } from '../mutant.ts';

export const paxosStale: readonly Mutant[] = [
  {
    id: 'P03o',
    title: 'its own acceptances are left out of what it adopts',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I25', 'I24'],
    edits: [
      {
        file: 'src/consensus/paxos/scout.ts',
        find: '  role.promises.set(paxos.self, ownP1b(paxos, role.ballot, paxos.learner.slotOut));',
        replace:
          '  role.promises.set(paxos.self, { ...ownP1b(paxos, role.ballot, paxos.learner.slotOut), accepted: [] });',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'It heeds what others tell and forgets what it accepted itself, which may be the only copy within its majority.',
  },
  {
    id: 'P13o',
    title: 'acceptances in an older ballot count for the present one',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I23', 'I24'],
    edits: [
      {
        file: 'src/consensus/paxos/leader.ts',
        find: "export function onP2b<C>(paxos: Paxos<C>, from: NodeId, message: MessageOf<'p2b', C>): void {\n  const { role } = paxos;\n  if (role.kind !== 'leader' || !sameBallot(role.ballot, message.ballot)) return;",
        replace:
          "export function onP2b<C>(paxos: Paxos<C>, from: NodeId, message: MessageOf<'p2b', C>): void {\n  const { role } = paxos;\n  if (role.kind !== 'leader') return;",
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'The slot is the same, the ballot is not: what an acceptor holds for it may be another command. Answers held back until the leader leads again.',
  },
  {
    id: 'P13p',
    title: 'promises for an earlier ballot of its own count for the present one',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I23', 'I24'],
    edits: [
      {
        file: 'src/consensus/paxos/scout.ts',
        find: "  if (paxos.role.kind !== 'scouting' || !sameBallot(paxos.role.ballot, message.ballot)) return;",
        replace:
          "  if (paxos.role.kind !== 'scouting' || paxos.role.ballot.node !== message.ballot.node) return;",
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'A promise for its last attempt binds nobody in this one, and tells what was accepted by then. Late answers and a second attempt.',
  },
  {
    id: 'P40b',
    title: 'answers to questions of an older ballot of its own count',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: 'src/consensus/paxos/reads.ts',
        find: "  if (role.kind !== 'leader' || !sameBallot(role.ballot, message.ballot)) return;",
        replace:
          "  if (role.kind !== 'leader' || role.ballot.node !== message.ballot.node) return;",
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Rounds of questions count from 1 in every ballot: a late answer of an earlier ballot says what was accepted long before the read.',
  },
  {
    id: 'P09a',
    title: 'a repeated proposal is acknowledged before the first is on disk',
    class: 'W',
    algorithm: 'paxos',
    breaks: ['I9', 'I30'],
    edits: [
      {
        file: 'src/consensus/paxos/follower.ts',
        find: "    return higher ? paxos.out.persist({ kind: 'promise', ballot }) : paxos.out.lastSequence;",
        replace: "    return higher ? paxos.out.persist({ kind: 'promise', ballot }) : 0;",
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'As R26a: a proposal that was accepted before is acknowledged at once, while its first write is under way. Retransmission or duplicates, and a slow disk.',
  },
  {
    id: 'P09s',
    title: 'the same command in a higher ballot is not accepted anew',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I23', 'I25'],
    edits: [
      {
        file: 'src/consensus/paxos/acceptor.ts',
        find: '      if (had === undefined || !sameBallot(had.ballot, ballot)) return true;\n      if (hashJson(had.command) === hashJson(proposal.command)) return false;',
        replace:
          '      if (had === undefined) return true;\n      if (hashJson(had.command) === hashJson(proposal.command)) return false;\n      if (!sameBallot(had.ballot, ballot)) return true;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'The command stays with its old ballot, so a later leader takes a command of a ballot in between for newer than the chosen one.',
  },
  {
    id: 'P19m',
    title: 'starts where the slowest of those who promised is',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I29', 'I24'],
    edits: [
      {
        file: 'src/consensus/paxos/scout.ts',
        find: '  const gcSlot = Math.max(paxos.learner.slotOut, ...told);',
        replace: '  const gcSlot = Math.max(paxos.learner.slotOut, Math.min(...told));',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Slots that the fastest of the majority had forgotten are taken for free. As P19, at the other end.',
  },
  {
    id: 'P33c',
    title: 'counts the slots that it found instead of looking how far they go',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I25'],
    edits: [
      {
        file: 'src/consensus/paxos/scout.ts',
        find: '  const lastSlot = Math.max(gcSlot - 1, ...found.keys());',
        replace:
          '  const lastSlot = gcSlot - 1 + [...found.keys()].filter((slot) => slot >= gcSlot).length;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Right as long as there is no hole below: then the last slots found are left out and given to other commands.',
  },
  {
    id: 'P31c',
    title: 'says how many slots are decided, not up to where',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I29', 'I24'],
    edits: [
      {
        file: 'src/consensus/paxos/leader.ts',
        find: '  const decided = paxos.learner.slotOut;\n  broadcast(',
        replace:
          '  const decided = Math.max(paxos.learner.slotOut, leader.slotIn - leader.commanders.size);\n  broadcast(',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Slots are chosen out of order: while one is open, those behind it make up the number.',
  },
  {
    id: 'P38d',
    title: 'a restarted acceptor has dropped what its learner has forgotten',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I9', 'I25'],
    edits: [
      {
        file: 'src/consensus/paxos/recovery.ts',
        find: '        decideUpTo(acceptor, learner, learnt, record.slotOut);',
        replace: '        acceptor.dropBelow(record.slotOut);',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'After a restart it neither tells what it accepted below the mark nor that it knows it to be decided.',
    needs: { faults: ['kill'] },
  },
  {
    id: 'P39c',
    title: 'learns decisions with a gap as if there were none',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I5'],
    edits: [
      {
        file: 'src/consensus/paxos/follower.ts',
        find: '    fresh.push(decision);\n    next += 1;',
        replace: '    fresh.push({ ...decision, slot: next });\n    next += 1;',
      },
      {
        file: 'src/consensus/paxos/follower.ts',
        find: '    if (decision.slot !== next || next >= learnEnd(paxos)) continue;',
        replace: '    if (decision.slot < next || next >= learnEnd(paxos)) continue;',
      },
      {
        file: 'src/consensus/paxos/follower.ts',
        find: '  const all = paxos.learner.from(message.fromSlot, told);',
        replace:
          '  const all = paxos.learner.from(message.fromSlot, told).filter(({ command }) => command !== undefined);',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Catch-up that leaves no-ops out shifts everything behind them by one.',
  },
  {
    id: 'P40d',
    title: 'acceptors tell a read what they know to be decided, not what they accepted',
    class: 'W',
    algorithm: 'paxos',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: 'src/consensus/paxos/reads.ts',
        find: '  const maxAccepted = highestAccepted(paxos);',
        replace: '  const maxAccepted = paxos.learner.slotOut - 1;',
      },
    ],
    reach: 'real+sim',
    source: 'PMMC 4.5',
    workloads: ['register'],
    why: 'What a newer leader has just had accepted and answered is not known to be decided there yet: a leader that was replaced reads without it. Clients see it once in thousands of runs, the acceptor itself says it at once.',
  },
  {
    id: 'P42',
    title: 'a leader in a lower ballot than was promised gets no answer',
    class: 'L',
    algorithm: 'paxos',
    breaks: ['calm-serves-all', 'calm-majority-serves'],
    edits: [
      {
        file: 'src/consensus/paxos/follower.ts',
        find: "    paxos.out.send(from, { kind: 'preempted', ballot: paxos.acceptor.ballot }, 0);\n    return false;",
        replace: '    return false;',
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['register'],
    why: 'Who promised more than the leader knows of follows nobody, and its own campaigns are not welcome where the leader is heard. A campaign that was cut short right after its own promise: the plot `contest`.',
  },
  {
    id: 'P43',
    title: 'only a leader tells what is decided',
    class: 'L',
    algorithm: 'paxos',
    breaks: ['calm-majority-serves'],
    edits: [
      {
        file: 'src/consensus/paxos/follower.ts',
        find: '  const { maxBatchEntries } = paxos.config.limits;\n  const told',
        replace:
          "  if (paxos.role.kind !== 'leader') return;\n  const { maxBatchEntries } = paxos.config.limits;\n  const told",
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['register'],
    why: 'A new leader that missed decisions waits for somebody to tell them, gives up and is elected again. Served in the end by luck; on a good network a calm majority has no time for that.',
  },
];
