/**
 * How often a run reached the corners in which bugs live ("sometimes" properties, as in Stateright): a set of runs that never
 * reached one is no evidence about it.
 */

import { Members } from './members.ts';
import type { InvariantSettings, Traced, TracedOf } from './traced.ts';

type Applies = 'raft' | 'paxos' | 'both';

/** Every corner: for which algorithm, and what it means. */
export const corners = {
  'leader-elected': ['both', 'a node becomes leader'],
  'leader-changed': ['both', 'another node than the last leader becomes leader'],
  'stale-leader': ['both', 'a node becomes leader while another still thinks that it leads'],
  'rival-candidates': ['both', 'a node campaigns while another does'],
  'split-vote': ['raft', 'several campaign in a term and nobody wins it'],
  'election-refused-in-advance': ['both', 'a pre-vote or a canvass is refused'],
  'vote-refused-stale-log': ['raft', 'a vote is refused to a log that is less up-to-date'],
  'vote-refused-voted': ['raft', 'a vote is refused because it was given to another'],
  'check-quorum-step-down': ['both', 'a leader gives up because it hears no majority'],
  'higher-term-step-down': ['both', 'a leader gives way to a higher term or ballot'],
  'log-conflict-truncated': ['raft', 'a follower removes entries that contradict the leader'],
  'append-rejected': ['raft', 'a follower lacks what an append is to follow'],
  'old-term-committed': ['raft', "a new leader commits an older leader's entries through its own"],
  'two-ballots-in-one-slot': ['paxos', 'a slot is proposed for in two ballots'],
  'accepted-value-adopted': ['paxos', 'a new leader proposes what an older one had proposed'],
  'hole-filled': ['paxos', 'a leader fills a slot with a no-op'],
  preempted: ['paxos', 'a scout or leader meets a higher ballot'],
  'caught-up': ['paxos', 'a node learns decisions that it missed'],
  'restart-with-log': ['both', 'a node restarts with something on its disk'],
  'unsynced-lost': ['raft', 'a restarted node lacks entries that it had written but not synced'],
  'session-dedupe-hit': ['both', 'a command comes a second time and gets its first answer'],
  'command-forwarded': ['both', "a leader answers another node's client"],
  'outcome-unknown': ['both', 'a leader loses the lead with commands under way'],
  'read-confirmed': ['both', 'a linearizable read is answered'],
  'read-confirmation-retried': ['both', 'a read needs a second round of questions'],
  'read-waited-for-apply': ['both', 'a read waits for commands to be applied'],
  'read-abandoned': ['both', 'a leader loses the lead with reads under way'],
  'committed-past-silent-minority': [
    'both',
    'a leader commits while another node has said nothing for half a second',
  ],
  'leader-commits-while-other-leads': [
    'both',
    'a leader commits while another node thinks that it leads',
  ],
} as const satisfies Readonly<Record<string, readonly [Applies, string]>>;

export type Corner = keyof typeof corners;

export interface Coverage {
  observe(event: Traced): void;
  /** Every corner of the algorithm, 0 when it was never reached. */
  counters(): Readonly<Record<string, number>>;
}

const silentNs = 500e6;

interface Seen {
  incarnation: number | undefined;
  lastNs: number;
  leads: TracedOf<'becomeLeader'> | undefined;
  campaigns: boolean;
  applied: number;
  /** The end of the log as last traced. */
  lastIndex: number;
  /** By request: the round that is to confirm it. */
  readonly reads: Map<number, number>;
}

class Counting implements Coverage {
  readonly #algorithm: InvariantSettings['algorithm'];
  readonly #members: Members;
  readonly #counts = new Map<Corner, number>();
  readonly #nodes: Seen[];
  readonly #slotBallots: (number | undefined)[] = [];
  /** Candidates of the newest contested term, and whether it was won. */
  #contest = { term: 0, candidates: 0, won: false };
  #lastLeader: string | undefined;
  #leading = 0;

  constructor(settings: InvariantSettings) {
    this.#algorithm = settings.algorithm;
    this.#members = new Members(settings.members);
    this.#nodes = Array.from({ length: this.#members.count }, () => ({
      incarnation: undefined,
      lastNs: 0,
      leads: undefined,
      campaigns: false,
      applied: 0,
      lastIndex: 0,
      reads: new Map<number, number>(),
    }));
  }

  counters(): Readonly<Record<string, number>> {
    const counted: Record<string, number> = {};
    for (const [corner, [applies]] of Object.entries(corners)) {
      if (applies !== 'both' && applies !== this.#algorithm) continue;
      counted[corner] = this.#counts.get(corner as Corner) ?? 0;
    }
    return counted;
  }

  #count(corner: Corner): void {
    this.#counts.set(corner, (this.#counts.get(corner) ?? 0) + 1);
  }

  observe(event: Traced): void {
    const node = this.#nodes[this.#members.number(event.node)] as Seen;
    if (node.incarnation !== event.incarnation) this.#restarted(node, event);
    node.lastNs = event.timeNs;
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others do not concern it
    switch (event.ev) {
      case 'apply':
        node.applied = event.index;
        if (event.repeated) this.#count('session-dedupe-hit');
        return;
      case 'append':
        node.lastIndex = event.index + event.count - 1;
        return;
      case 'commit':
        return this.#commit(node, event);
      case 'replied':
        return this.#replied(event);
      case 'proposed':
        return this.#proposed(event);
      case 'readRequested':
        node.reads.set(event.request, event.round);
        if (event.readIndex > node.applied) this.#count('read-waited-for-apply');
        return;
      case 'roundStarted':
        for (const round of node.reads.values()) {
          if (round >= event.round) continue;
          this.#count('read-confirmation-retried');
          break;
        }
        return;
      case 'leaseRead':
        return this.#count('read-confirmed');
      case 'readConfirmed':
        node.reads.delete(event.request);
        return this.#count('read-confirmed');
      default:
        this.#rare(node, event);
    }
  }

  #rare(node: Seen, event: Traced): void {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others do not concern it
    switch (event.ev) {
      case 'becomeLeader':
        return this.#leads(node, event);
      case 'becomeCandidate':
        return this.#campaigns(node, event);
      case 'becomeFollower':
        node.campaigns = false;
        return this.#leadsNoMore(node);
      case 'stepDown':
        this.#leadsNoMore(node);
        this.#count(
          event.reason === 'check-quorum' ? 'check-quorum-step-down' : 'higher-term-step-down',
        );
        return;
      case 'logRecovered':
        if (event.lastIndex > 0) this.#count('restart-with-log');
        if (event.lastIndex < node.lastIndex) this.#count('unsynced-lost');
        node.lastIndex = event.lastIndex;
        return;
      case 'acceptorRecovered':
        if (event.slotOut > 1 || event.slots.length > 0) this.#count('restart-with-log');
        return;
      case 'preVoteRefused':
      case 'canvassRefused':
        return this.#count('election-refused-in-advance');
      case 'voteRefused':
        if (event.reason === 'stale-log') this.#count('vote-refused-stale-log');
        if (event.reason === 'voted') this.#count('vote-refused-voted');
        return;
      case 'conflictTruncated':
        return this.#count('log-conflict-truncated');
      case 'appendRejected':
        return this.#count('append-rejected');
      case 'holeFilled':
        return this.#count('hole-filled');
      case 'preempted':
        return this.#count('preempted');
      case 'caughtUp':
        return this.#count('caught-up');
      case 'roundRepeated':
        return this.#count('read-confirmation-retried');
      default:
    }
  }

  #restarted(node: Seen, event: Traced): void {
    node.incarnation = event.incarnation;
    this.#leadsNoMore(node);
    node.campaigns = false;
    node.applied = 0;
  }

  #leadsNoMore(node: Seen): void {
    if (node.leads !== undefined) this.#leading -= 1;
    node.leads = undefined;
    node.reads.clear();
  }

  #leads(node: Seen, event: TracedOf<'becomeLeader'>): void {
    this.#leadsNoMore(node);
    node.campaigns = false;
    this.#count('leader-elected');
    if (this.#lastLeader !== undefined && this.#lastLeader !== event.node) {
      this.#count('leader-changed');
    }
    this.#lastLeader = event.node;
    if (this.#leading > 0) this.#count('stale-leader');
    this.#leading += 1;
    node.leads = event;
    if (event.term === this.#contest.term) this.#contest.won = true;
  }

  #campaigns(node: Seen, event: TracedOf<'becomeCandidate'>): void {
    this.#leadsNoMore(node);
    node.campaigns = false;
    if (this.#nodes.some((other) => other.campaigns)) this.#count('rival-candidates');
    node.campaigns = true;
    const contest = this.#contest;
    if (event.term > contest.term) {
      if (contest.candidates > 1 && !contest.won) this.#count('split-vote');
      this.#contest = { term: event.term, candidates: 1, won: false };
    } else if (event.term === contest.term) {
      contest.candidates += 1;
    }
  }

  #commit(node: Seen, event: TracedOf<'commit'>): void {
    if (event.role !== 'leader') return;
    const { leads } = node;
    if (leads !== undefined && leads.lastIndex > leads.commit && this.#algorithm === 'raft') {
      this.#count('old-term-committed');
      node.leads = { ...leads, commit: leads.lastIndex };
    }
    if (this.#leading > 1) this.#count('leader-commits-while-other-leads');
    for (const other of this.#nodes) {
      if (event.timeNs - other.lastNs < silentNs) continue;
      this.#count('committed-past-silent-minority');
      break;
    }
  }

  #replied(event: TracedOf<'replied'>): void {
    if (event.forwarded) this.#count('command-forwarded');
    if (event.outcome === 'lost-leadership') this.#count('outcome-unknown');
    if (event.outcome === 'read-abandoned') this.#count('read-abandoned');
  }

  #proposed(event: TracedOf<'proposed'>): void {
    const before = this.#slotBallots[event.slot];
    this.#slotBallots[event.slot] = event.hash;
    if (before === undefined) return;
    this.#count('two-ballots-in-one-slot');
    if (before === event.hash) this.#count('accepted-value-adopted');
  }
}

/** Throws RangeError on more than `membersMax` members. */
export const createCoverage = (settings: InvariantSettings): Coverage => new Counting(settings);
