/** Multi-Paxos: ballots, promises and what a new leader makes of them. */

import type { Mutant } from '../mutant.ts';

const acceptor = 'src/consensus/paxos/acceptor.ts';
const ballot = 'src/consensus/paxos/ballot.ts';
const core = 'src/consensus/paxos/core.ts';
const follower = 'src/consensus/paxos/follower.ts';
const leader = 'src/consensus/paxos/leader.ts';
const paxos = 'src/consensus/paxos/paxos.ts';
const recovery = 'src/consensus/paxos/recovery.ts';
const scout = 'src/consensus/paxos/scout.ts';

const promises = "  if (role.kind !== 'scouting' || role.promises.size < paxos.quorum) return;";
const higher =
  '      if (known === undefined || compareBallots(pvalue.ballot, known.ballot) > 0) {';
const told = "  return { kind: 'p1b', ballot, accepted, gcSlot };";

export const paxosBallots: readonly Mutant[] = [
  {
    id: 'P01',
    title: 'leads after the first promise',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I23', 'I24'],
    edits: [
      {
        file: scout,
        find: promises,
        replace: "  if (role.kind !== 'scouting' || role.promises.size < 1) return;",
      },
    ],
    reach: 'real+sim',
    source: 'paxosmmc state-reduction/scout.py',
    workloads: ['register', 'append'],
    why: 'One promise, perhaps its own, tells nothing about what a majority accepted: the new leader proposes over it. Any leader change with commands in flight.',
  },
  {
    id: 'P03',
    title: 'promises without telling what was accepted',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I25', 'I24'],
    edits: [
      {
        file: scout,
        find: told,
        replace: "  return { kind: 'p1b', ballot, accepted: accepted.slice(0, 0), gcSlot };",
      },
    ],
    reach: 'real+sim',
    source: 'PMMC 2.2',
    workloads: ['register', 'append'],
    why: 'A chosen command that the new leader does not know to be decided is replaced by another or by a no-op. Lose a leader right after an answer.',
  },
  {
    id: 'P04',
    title: 'takes the command of the lowest ballot over',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I25', 'I24'],
    edits: [
      {
        file: scout,
        find: higher,
        replace:
          '      if (known === undefined || compareBallots(pvalue.ballot, known.ballot) < 0) {',
      },
    ],
    reach: 'real+sim',
    source: 'omnipaxos 974b7ff, b67716a',
    workloads: ['register', 'append'],
    why: 'Shows when two acceptors report different commands for one slot: three ballots and partial acceptances.',
  },
  {
    id: 'P04f',
    title: 'takes the command of the first promise over',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I25', 'I24'],
    edits: [
      {
        file: scout,
        find: higher,
        replace:
          '      if (known === undefined || compareBallots(pvalue.ballot, pvalue.ballot) > 0) {',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'As P04, but right whenever the acceptor with the higher ballot happens to answer first.',
  },
  {
    id: 'P06',
    title: 'accepts in ballots lower than it promised',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I26', 'I24'],
    edits: [
      {
        file: follower,
        find: `export function onP2a<C>(paxos: Paxos<C>, from: NodeId, message: MessageOf<'p2a', C>): void {
  if (!follow(paxos, from, message.ballot)) return;`,
        replace: `export function onP2a<C>(paxos: Paxos<C>, from: NodeId, message: MessageOf<'p2a', C>): void {
  if (compareBallots(message.ballot, paxos.acceptor.ballot) >= 0) follow(paxos, from, message.ballot);`,
      },
      {
        file: acceptor,
        find: '    if (!sameBallot(ballot, this.#ballot)) {',
        replace: '    if (compareBallots(ballot, this.#ballot) > 0) {',
      },
      {
        file: recovery,
        find: "import { sameBallot } from './ballot.ts';",
        replace: "import { compareBallots } from './ballot.ts';",
      },
      {
        file: recovery,
        find: '        if (!sameBallot(record.ballot, acceptor.ballot)) acceptor.promise(record.ballot);',
        replace:
          '        if (compareBallots(record.ballot, acceptor.ballot) > 0) acceptor.promise(record.ballot);',
      },
    ],
    reach: 'real+sim',
    source: 'paxosmmc state-reduction/acceptor.py',
    workloads: ['register', 'append'],
    why: 'A deposed leader still finds a majority for its own command in a slot where another was chosen. Stale p2a after a new leader: delays, pauses, one-way cuts.',
  },
  {
    id: 'P08',
    title: 'does not write promises down',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I26', 'I9'],
    edits: [
      {
        file: core,
        find: "  return paxos.out.persist({ kind: 'promise', ballot });",
        replace: '  return paxos.out.lastSequence;',
      },
    ],
    reach: 'real+sim',
    source: 'PMMC 4.3; epaxos#28',
    workloads: ['register', 'append'],
    why: 'An acceptor that restarts answers an older leader again whose ballot it had promised to refuse. Restart between promise and acceptance, with an old leader still sending.',
    needs: { faults: ['kill'] },
  },
  {
    id: 'P08a',
    title: 'promises before the promise is on disk',
    class: 'W',
    algorithm: 'paxos',
    breaks: ['I9', 'I26'],
    edits: [
      {
        file: scout,
        find: '  paxos.out.send(from, ownP1b(paxos, message.ballot, message.fromSlot), paxos.out.lastSequence);',
        replace: '  paxos.out.send(from, ownP1b(paxos, message.ballot, message.fromSlot), 0);',
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'As P08, but only a power loss within one write of the disk shows it to clients; the trace shows it at once.',
    needs: { faults: ['power-loss'] },
  },
  {
    id: 'P10',
    title: 'a leader may use a ballot again after a restart',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I27', 'I9'],
    edits: [
      {
        file: scout,
        find: '  resetElectionTimer,\n  retransmitMs,\n} from',
        replace: '  resetElectionTimer,\n  retransmitMs,\n  takeOn,\n} from',
      },
      {
        file: scout,
        find: '  const ownPromise = promise(paxos, ballot);',
        replace: '  takeOn(paxos, ballot);\n  const ownPromise = paxos.out.lastSequence;',
      },
    ],
    reach: 'real+sim',
    source: 'phxpaxos#145',
    workloads: ['register', 'append'],
    why: 'Its own promise is never written, so a scout that crashes early begins again in the same ballot while proposals of its former life are under way: two commands for one ballot and slot.',
    needs: { faults: ['kill'] },
  },
  {
    id: 'P11',
    title: 'two nodes may lead in one ballot',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I27', 'I1'],
    edits: [
      {
        file: ballot,
        find: '  if (a.node === b.node) return 0;\n  return a.node < b.node ? -1 : 1;',
        replace: '  return 0;',
      },
      {
        file: scout,
        find: '  return least + ((own - (least % members.length) + members.length) % members.length);',
        replace: '  return own < 0 ? 0 : least;',
      },
    ],
    reach: 'real+sim',
    source: 'single-decree implementations with bare integers',
    workloads: ['register', 'append'],
    why: 'Two nodes that scout at once choose the same round, and every acceptor takes either for the other. Duelling candidates.',
  },
  {
    id: 'P13',
    title: 'counts promises per message instead of per acceptor',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I23', 'I24'],
    edits: [
      {
        file: scout,
        find: '  paxos.role.promises.set(from, message);',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: source text.
        replace: '  paxos.role.promises.set(`${from}#${paxos.role.promises.size}`, message);',
      },
      {
        file: scout,
        find: '  const leader = becomeLeader(paxos, role.ballot, gcSlot, [...role.promises.keys()], lastSlot);',
        replace: `  const by = [...role.promises.keys()].map((key) => key.split('#')[0] ?? key);
  const leader = becomeLeader(paxos, role.ballot, gcSlot, by, lastSlot);`,
      },
    ],
    reach: 'real+sim',
    source: 'dslabs',
    workloads: ['register', 'append'],
    why: 'A duplicate, or a question that was asked again, makes one acceptor two. Loss and slow disks cause retransmission even without duplication.',
  },
  {
    id: 'P17',
    title: 'goes back to a lower ballot when an old one preempts it',
    class: 'W',
    algorithm: 'paxos',
    breaks: ["I8'"],
    edits: [
      {
        file: follower,
        find: '  paxos.highestRound = Math.max(paxos.highestRound, by.round);\n  const { role } = paxos;',
        replace: '  paxos.highestRound = by.round;\n  const { role } = paxos;',
      },
      {
        file: scout,
        find: '  const least = Math.max(paxos.highestRound, paxos.acceptor.ballot.round) + 1;',
        replace: '  const least = paxos.highestRound + 1;',
      },
    ],
    reach: 'real+sim',
    source: 'PMMC 2.2 misread',
    workloads: ['register'],
    why: 'A refusal that was late by one leader change makes the next campaign start below its own promise. The acceptor notices and stops the node.',
  },
  {
    id: 'P19',
    title: 'a promise does not tell which slots were forgotten',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I24', 'I5'],
    edits: [
      {
        file: scout,
        find: told,
        replace: "  return { kind: 'p1b', ballot, accepted, gcSlot: Math.min(1, gcSlot) };",
      },
    ],
    reach: 'real+sim',
    source: 'PMMC 4.2; scylla#6149',
    workloads: ['register', 'append'],
    why: 'Acceptors keep undecided slots only: a leader that lags takes the empty answers for free slots and decides them once more. Cut off a follower, decide, make it lead.',
  },
  {
    id: 'P18g',
    title: 'a promise tells one slot too few',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I25', 'I24'],
    edits: [
      {
        file: scout,
        find: '  const accepted = paxos.acceptor.acceptedFrom(Math.max(fromSlot, gcSlot));',
        replace: '  const accepted = paxos.acceptor.acceptedFrom(Math.max(fromSlot, gcSlot) + 1);',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Off by one: the oldest undecided slot is left out, which is the one most likely to be chosen already.',
  },
  {
    id: 'P20l',
    title: 'a new leader forgets what it learnt while it asked',
    class: 'W',
    algorithm: 'paxos',
    breaks: ['I24', 'I25'],
    edits: [
      {
        file: scout,
        find: '  const gcSlot = Math.max(paxos.learner.slotOut, ...told);',
        replace: '  const gcSlot = Math.max(...told);',
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Slots that it learnt as decided between question and adoption are proposed again from older reports. Needs catch-up during phase 1 and late promises.',
  },
  {
    id: 'P26',
    title: 'phase 1 and phase 2 need not meet',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I23', 'I24'],
    edits: [
      {
        file: scout,
        find: promises,
        replace:
          "  const enough = Math.floor(paxos.config.members.length / 2);\n  if (role.kind !== 'scouting' || role.promises.size < Math.max(1, enough)) return;",
      },
    ],
    reach: 'real+sim',
    source: 'scylla#6139; omnipaxos docs on flexible quorums',
    workloads: ['register', 'append'],
    why: 'Q1 + Q2 = N: a scout hears only acceptors that never saw the chosen command.',
  },
  {
    id: 'P29q',
    title: 'takes half of an even cluster for a majority',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I23', 'I24', 'I30'],
    edits: [
      {
        file: paxos,
        find: '    quorum: Math.floor(config.members.length / 2) + 1,',
        replace: '    quorum: Math.ceil(config.members.length / 2),',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'With four nodes cut two to two each half decides.',
    needs: { nodes: [4, 2, 6], faults: ['partition'] },
  },
  {
    id: 'P30',
    title: 'leader and acceptor of a node share one ballot',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I27', 'I25', 'I24'],
    edits: [
      {
        file: scout,
        find: '  if (compareBallots(message.ballot, paxos.acceptor.ballot) > 0) giveWay(paxos, message.ballot);\n',
        replace: '',
      },
      {
        file: leader,
        find: '  const sequence = accept(paxos, leader.ballot, proposals);',
        replace: '  const sequence = accept(paxos, paxos.acceptor.ballot, proposals);',
      },
      {
        file: leader,
        find: "    paxos.out.send(node, { kind: 'p2a', ballot: leader.ballot, proposals, decided }, 0);",
        replace:
          "    paxos.out.send(node, { kind: 'p2a', ballot: paxos.acceptor.ballot, proposals, decided }, 0);",
      },
      {
        file: leader,
        find: `export function onP2b<C>(paxos: Paxos<C>, from: NodeId, message: MessageOf<'p2b', C>): void {
  const { role } = paxos;
  if (role.kind !== 'leader' || !sameBallot(role.ballot, message.ballot)) return;`,
        replace: `export function onP2b<C>(paxos: Paxos<C>, from: NodeId, message: MessageOf<'p2b', C>): void {
  const { role } = paxos;
  if (role.kind !== 'leader' || !sameBallot(paxos.acceptor.ballot, message.ballot)) return;`,
      },
    ],
    reach: 'real+sim',
    source: 'PMMC 4.4',
    workloads: ['register', 'append'],
    why: 'A leader whose own acceptor promises a rival goes on proposing, now in the ballot of the rival: two commands for one ballot and slot.',
  },
  {
    id: 'P35',
    title: 'a preempted leader comes back at once',
    class: 'L',
    algorithm: 'paxos',
    breaks: ['I31'],
    edits: [
      {
        file: core,
        find: '  paxos.patience = Math.min(patienceMax, paxos.patience * 1.5);',
        replace: '  paxos.patience = Math.min(patienceMax, paxos.patience);',
      },
      {
        file: follower,
        find: "  becomeFollower(paxos, 'higher-term');\n  resetElectionTimer(paxos);\n}",
        replace:
          "  becomeFollower(paxos, 'higher-term');\n  paxos.electionDeadlineMs = paxos.nowMs;\n}",
      },
      {
        file: scout,
        find: "  if (paxos.role.kind === 'canvassing') becomeFollower(paxos, undefined);\n  resetElectionTimer(paxos);",
        replace: "  if (paxos.role.kind === 'canvassing') becomeFollower(paxos, undefined);",
      },
    ],
    reach: 'real+sim',
    source: 'PMMC 3',
    workloads: ['register'],
    why: 'Two candidates preempt each other for ever when messages take about as long as the time between their attempts. Canvassing hides it unless it is switched off or heartbeats are lost.',
    needs: { options: { canvass: false } },
  },
  {
    id: 'P38p',
    title: 'forgets its promise when it recovers',
    class: 'B',
    algorithm: 'paxos',
    breaks: ['I26', 'I9'],
    edits: [
      {
        file: recovery,
        find: '        acceptor.promise(record.ballot);\n        break;\n      case',
        replace: '        break;\n      case',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Only ballots in which something was accepted survive a restart: as P08 from the other end, and a scout may use its ballot again.',
    needs: { faults: ['kill'] },
  },
];
