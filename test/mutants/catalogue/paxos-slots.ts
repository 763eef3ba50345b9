/** Multi-Paxos: phase 2, decisions, catch-up, recovery and reads. */

import type { Mutant } from '../mutant.ts';

const acceptor = 'src/consensus/paxos/acceptor.ts';
const follower = 'src/consensus/paxos/follower.ts';
const leader = 'src/consensus/paxos/leader.ts';
const paxos = 'src/consensus/paxos/paxos.ts';
const reads = 'src/consensus/paxos/reads.ts';
const recovery = 'src/consensus/paxos/recovery.ts';
const scout = 'src/consensus/paxos/scout.ts';

export const paxosSlots: readonly Mutant[] = [
  {
    id: 'P02',
    title: 'decides with one acceptor too few',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I23', 'I24'],
    edits: [
      {
        file: leader,
        find: '    if (commander.acks.size < paxos.quorum) continue;',
        replace: '    if (2 * commander.acks.size < paxos.peers.length) continue;',
      },
    ],
    reach: 'real+sim',
    source: 'paxosmmc PR#11; dslabs BadProposer',
    workloads: ['register', 'append'],
    why: '`2 * acks >= n - 1`: with three nodes the leader alone decides. Cut it off or lose it right after an answer.',
  },
  {
    id: 'P09',
    title: 'says that it accepted before that is on disk',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I9', 'I30'],
    edits: [
      {
        file: follower,
        find: "  paxos.out.send(from, { kind: 'p2b', ballot: message.ballot, slots }, sequence);",
        replace:
          "  paxos.out.send(from, { kind: 'p2b', ballot: message.ballot, slots }, Math.min(0, sequence));",
      },
    ],
    reach: 'sim',
    source: 'PMMC 4.3',
    workloads: ['register', 'append'],
    why: 'A power loss of a majority right after an acknowledged write forgets it. Slow disks.',
    needs: { faults: ['power-loss'] },
  },
  {
    id: 'P09l',
    title: 'a leader counts its own acceptance before it is on disk',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I9', 'I10', 'I30'],
    edits: [
      {
        file: leader,
        find: '  paxos.unsynced.push({ sequence, ballot: leader.ballot, slots });',
        replace: `  paxos.unsynced.push({ sequence, ballot: leader.ballot, slots });
  countAccepted(paxos, leader, paxos.self, slots);`,
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'With one of two followers a slot is decided that only that follower has on disk: power loss of the leader, then phase 1 without that follower.',
    needs: { faults: ['power-loss'] },
  },
  {
    id: 'P13b',
    title: 'counts acceptances per message instead of per acceptor',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I23', 'I24'],
    edits: [
      {
        file: leader,
        find: '    commander.acks.add(by);',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: source text.
        replace: '    commander.acks.add(`${by}#${commander.acks.size}`);',
      },
      {
        file: leader,
        find: 'quorum: [...commander.acks] });',
        replace: "quorum: [...commander.acks].map((key) => key.split('#')[0] ?? key) });",
      },
    ],
    reach: 'real+sim',
    source: 'dslabs',
    workloads: ['register', 'append'],
    why: 'A duplicated or repeated p2b decides a slot that one acceptor has. Duplication, or retransmission to a slow acceptor while the others are cut off.',
    needs: { nodes: [5, 3] },
  },
  {
    id: 'P15',
    title: 'a second command takes over the slot of one that is under way',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I27', 'I24'],
    edits: [
      {
        file: leader,
        find: '  const slot = role.slotIn;\n  role.slotIn += 1;',
        replace:
          '  const slot = Math.max(paxos.learner.slotOut, role.slotIn - 1);\n  role.slotIn = slot + 1;',
      },
      {
        file: acceptor,
        find: '      // A leader that proposes two commands in one ballot and slot (A4).\n      return broken(',
        replace: '      if (this.#ballot.round > 0) return true;\n      return broken(',
      },
    ],
    reach: 'real+sim',
    source: 'PMMC L1',
    workloads: ['append', 'register'],
    why: 'Two commanders for one ballot and slot: acceptances of the first command count for the second. Concurrent clients are enough.',
  },
  {
    id: 'P28',
    title: 'asks one acceptor too few where a read stands',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: reads,
        find: '  if (reads.open === undefined || reads.open.replies.size < paxos.quorum) return;',
        replace:
          '  if (reads.open === undefined || reads.open.replies.size < paxos.quorum - 1) return;',
      },
    ],
    reach: 'real+sim',
    source: 'PMMC 4.5',
    workloads: ['register'],
    why: 'With three nodes the leader asks itself: one that was replaced and does not know it answers from the past.',
    needs: { faults: ['partition', 'pause'] },
  },
  {
    id: 'P28f',
    title: 'does not fill the slots that a read waits for',
    class: 'L',
    algorithm: 'paxos',
    breaks: ['I31'],
    edits: [{ file: reads, find: '  fillUpTo(paxos, leader, slot);\n', replace: '' }],
    reach: 'real+sim',
    source: 'PMMC 4.5',
    workloads: ['register'],
    why: 'An acceptor outside the promising majority accepted a slot for an earlier leader that the new one never heard of: reads wait for it until somebody writes.',
  },
  {
    id: 'P31d',
    title: 'takes what it accepted in any ballot for the decision',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I24', 'I5'],
    edits: [
      {
        file: follower,
        find: '    if (pvalue === undefined || !sameBallot(pvalue.ballot, ballot)) return;',
        replace: '    if (pvalue === undefined) return;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['append', 'register'],
    why: '"Decided below x" speaks of the ballot of the leader that says it. A follower with a leftover of another leader in that slot applies the leftover.',
  },
  {
    id: 'P31l',
    title: 'a leader learns slots that it proposed in from others',
    class: 'W',
    algorithm: 'paxos',
    breaks: ['I24', 'I5'],
    edits: [
      {
        file: follower,
        find: "  role.kind === 'leader' ? role.gcSlot : Number.POSITIVE_INFINITY;",
        replace: "  role.kind === 'leader' && role.gcSlot < 0 ? 0 : Number.POSITIVE_INFINITY;",
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['append', 'register'],
    why: 'A deposed leader that does not know it learns what the next one decided and tells its followers "decided below x" of its own ballot, in which they hold another command.',
  },
  {
    id: 'P33n',
    title: 'proposes nothing for holes it found',
    class: 'L',
    algorithm: 'paxos',
    breaks: ['I31'],
    edits: [
      {
        file: scout,
        find: '    again.push(command === undefined ? { slot } : { slot, command });',
        replace:
          '    if (found.has(slot)) again.push(command === undefined ? { slot } : { slot, command });',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'A slot that nobody in the majority accepted, before one that somebody did, stays open for ever, and everything after it waits. Several slots in flight to different acceptors, then a leader change.',
  },
  {
    id: 'P37',
    title: 'never sends proposals again',
    class: 'L',
    algorithm: 'paxos',
    breaks: ['I31'],
    edits: [{ file: leader, find: '  retransmit(paxos, leader);\n  if', replace: '  if' }],
    reach: 'real+sim',
    source: 'PMMC assumes reliable links',
    workloads: ['register'],
    why: 'A proposal that both followers missed stays undecided as long as the leader stays, and the commands behind it with it; a full window then stops everything.',
  },
  {
    id: 'P37s',
    title: 'never asks for promises again',
    class: 'P',
    algorithm: 'paxos',
    breaks: ['I31'],
    edits: [{ file: paxos, find: '  retransmitScout(paxos);\n', replace: '' }],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'A lost question or answer costs the campaign, which starts over after its timeout: slower, not stuck.',
  },
  {
    id: 'P37g',
    title: 'followers do not ask for decisions that they missed',
    class: 'L',
    algorithm: 'paxos',
    breaks: ['I31'],
    edits: [
      {
        file: follower,
        find: '  if (paxos.learner.slotOut >= decided || paxos.nowMs < paxos.nextLearnMs) return;',
        replace: '  if (paxos.learner.slotOut >= 0 || decided > paxos.nextLearnMs) return;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'A node that was away never catches up. It shows when that node must lead, or when all are asked how far they are.',
  },
  {
    id: 'P39r',
    title: 'recovers its own acceptance instead of the decision that it learnt',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I5', 'I24'],
    edits: [
      {
        file: recovery,
        find: '    const known = learnt.get(slot);',
        replace: '    const known = accepted === undefined ? learnt.get(slot) : undefined;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['append', 'register'],
    why: 'A node that accepted one command and later learnt that another was decided applies the first one after a restart. Preempted slot, catch-up, restart.',
    needs: { faults: ['kill', 'partition'] },
  },
  {
    id: 'P39p',
    title: 'does not write down what it learns from others',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I5', 'I24'],
    edits: [
      {
        file: follower,
        find: "  paxos.out.persist({ kind: 'learned', decisions: fresh });\n",
        replace: '',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['append', 'register'],
    why: 'The note "decided up to x" is written with the next record and then speaks of slots of which the disk holds another command or none: the node does not start, or starts with the wrong state.',
    needs: { faults: ['kill', 'partition'] },
  },
  {
    id: 'P40o',
    title: 'answers to an older question about reads count for the newer one',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: reads,
        find: '  if (role.reads.open === undefined || role.reads.round !== message.round) return;',
        replace: '  if (role.reads.open === undefined || role.reads.round < message.round) return;',
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['register'],
    why: 'A late answer says what was accepted before the read began. With three or more nodes, late answers and another leader in between.',
  },
  {
    id: 'P40j',
    title: 'a read joins a round of questions that is already under way',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: reads,
        find: '  role.reads.waiting.push(request);\n  role.reads.pending += 1;',
        replace: `  if (role.reads.open === undefined) role.reads.waiting.push(request);
  else role.reads.open = { ...role.reads.open, requests: [...role.reads.open.requests, request] };
  role.reads.pending += 1;`,
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'The round may have been answered before a write that another leader acknowledged before this read. Slow links and a leader that was replaced.',
  },
  {
    id: 'P41a',
    title: 'its own acceptances are missing from what a read must wait for',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: reads,
        find: '  Math.max(paxos.acceptor.maxSlot, paxos.learner.slotOut - 1);',
        replace: '  paxos.learner.slotOut - 1;',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'Acceptors tell what they know to be decided instead of what they accepted: a write that another leader acknowledged is decided, but nobody in the majority that answers needs to know.',
  },
];
