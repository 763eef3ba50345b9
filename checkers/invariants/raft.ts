/** Raft: the log (I2, I3, I4, I11, I13, I14), what is committed (I5, I7, I10, I19), leases (I18) and stale terms (I12). */

import { Entries, type Entry, holds } from './entries.ts';
import { type Scene, size } from './members.ts';
import { Quorums } from './quorums.ts';
import { RaftDisk } from './raft-disk.ts';
import { RaftNode } from './raft-node.ts';
import type { Report } from './report.ts';
import type { Sessions } from './sessions.ts';
import type { Traced, TracedOf } from './traced.ts';

interface Committed {
  readonly entry: Entry;
  /** The term of the leader that committed it. */
  readonly term: number;
  readonly event: TracedOf<'commit'>;
}

interface Leadership {
  readonly event: TracedOf<'becomeLeader'>;
  readonly tip: Entry;
}

export class RaftInvariants {
  readonly #scene: Scene;
  readonly #report: Report;
  readonly #sessions: Sessions;
  readonly #entries: Entries;
  readonly #nodes: readonly RaftNode[];
  readonly #disk: RaftDisk;
  readonly #quorums: Quorums;
  /** By index, from 1, without gaps. */
  readonly #committed: (Committed | undefined)[] = [undefined];
  /** By term of the committing leader: the last one it committed. */
  readonly #lastOf = new Map<number, Committed>();
  readonly #leaderships: Leadership[] = [];
  #highestTerm = 0;

  constructor(scene: Scene, report: Report, sessions: Sessions) {
    this.#scene = scene;
    this.#report = report;
    this.#sessions = sessions;
    this.#entries = new Entries(report);
    this.#nodes = Array.from(
      { length: scene.members.count },
      (_, number) => new RaftNode(number, this.#entries.root),
    );
    this.#disk = new RaftDisk(scene, report, this.#entries);
    this.#quorums = new Quorums(scene, report);
  }

  observe(number: number, event: Traced): void {
    const node = this.#nodes[number] as RaftNode;
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others do not concern it
    switch (event.ev) {
      case 'append':
        return this.#append(node, event);
      case 'appendAcknowledged':
        return this.#disk.acknowledged(node, event);
      case 'persist':
        return this.#disk.persisted(node, event);
      case 'durable':
        return this.#disk.durable(node, event);
      case 'matchAdvanced':
        return this.#matchAdvanced(node, event);
      case 'commit':
        return this.#commit(node, event);
      case 'apply':
        return this.#apply(event);
      case 'logRecovered':
        return this.#disk.recovered(node, event, this.#committed.length - 1);
      case 'leaseRead':
        this.#leased(event);
        return this.#currentTerm(node, event);
      case 'roundStarted':
      case 'readConfirmed':
      case 'becomeCandidate':
        return this.#currentTerm(node, event);
      case 'becomeLeader':
        return this.#becomeLeader(number, node, event);
      case 'becomeFollower':
        node.leads = undefined;
        return;
      case 'conflictTruncated':
        return this.#truncated(node, event);
      case 'higherTermSeen':
        if (event.term > (node.higherTerm?.term ?? 0)) node.higherTerm = event;
        return;
      case 'voteGranted':
        return this.#voteGranted(node, event);
      case 'voteSent':
        return this.#disk.voteSent(node, event);
      case 'voteAsked':
        return this.#disk.voteAsked(node, event);
      default:
    }
  }

  restarted(number: number): void {
    (this.#nodes[number] as RaftNode).restarted();
  }

  #currentTerm(node: RaftNode, event: Traced & { readonly term: number }): void {
    const seen = node.higherTerm;
    if (seen === undefined || event.term >= seen.term) return;
    this.#report.violated(
      'I12',
      `${event.node} does ${event.ev} in term ${event.term} though it has heard of term ${seen.term}`,
      seen,
      event,
    );
  }

  /** In the true order of events only: see `Reads`. */
  #leased(event: TracedOf<'leaseRead'>): void {
    if (!this.#scene.exact) return;
    const later = this.#lastOf.keys().find((term) => term > event.term);
    if (later === undefined) return;
    const committed = this.#lastOf.get(later);
    this.#report.violated(
      'I18',
      `${event.node} answers read ${event.request} by its lease of term ${event.term}, which has another ${Math.round(event.leftMs)} ms to run on its clock; ${committed?.event.node} has committed in term ${later} by then`,
      committed?.event,
      event,
    );
  }

  #append(node: RaftNode, event: TracedOf<'append'>): void {
    if (event.role === 'leader') this.#leaderAppend(node, event);
    const { log } = node;
    let parent = node.blind ? undefined : log.at(event.index - 1);
    if (parent === undefined) {
      parent = this.#entries.find(event.index - 1, event.prevTerm);
      if (parent === undefined) {
        if (!node.blind) {
          this.#report.violated(
            'I3',
            `${event.node} has entries from ${event.index} on, but its log ended at ${log.tip.index}: a gap`,
            log.tip.event,
            event,
          );
        }
        return;
      }
      log.become(parent);
      node.blind = false;
    }
    if (parent.term !== event.prevTerm) {
      this.#report.violated(
        'I3',
        `${event.node} appends after term ${event.prevTerm} at index ${parent.index}, where its log has term ${parent.term}`,
        parent.event,
        event,
      );
    }
    log.cutFrom(event.index);
    for (let i = 0; i < event.count; i += 1) {
      parent = this.#entries.after(parent, event.terms[i] ?? 0, event.hashes[i] ?? 0, event);
      log.push(parent);
    }
    node.lastAppend = event;
  }

  #leaderAppend(node: RaftNode, event: TracedOf<'append'>): void {
    this.#currentTerm(node, event);
    if (!node.blind && node.log.tip.index >= event.index) {
      this.#report.violated(
        'I2',
        `${event.node}, leader of ${event.term}, overwrites its log at ${event.index}; it ended at ${node.log.tip.index}`,
        node.log.at(event.index)?.event,
        event,
      );
    }
    for (const term of event.terms) {
      if (term === event.term) continue;
      this.#report.violated(
        'I14',
        `${event.node}, leader of ${event.term}, appends an entry of term ${term}`,
        node.leads,
        event,
      );
    }
  }

  #truncated(node: RaftNode, event: TracedOf<'conflictTruncated'>): void {
    if (node.leads !== undefined) {
      this.#report.violated(
        'I2',
        `${event.node}, leader of ${node.leads.term}, cuts its log at ${event.index}`,
        node.leads,
        event,
      );
    }
    if (event.index <= node.commit) {
      this.#report.violated(
        'I7',
        `${event.node} cuts its log at ${event.index}, committed up to ${node.commit}`,
        this.#committed[event.index]?.event,
        event,
      );
    }
    node.log.cutFrom(event.index);
  }

  #becomeLeader(number: number, node: RaftNode, event: TracedOf<'becomeLeader'>): void {
    this.#currentTerm(node, event);
    node.leads = event;
    node.match.length = 0;
    const votes = this.#disk.elected(number, event);
    this.#quorums.elected(votes, event);
    if (node.blind) return;
    const { tip } = node.log;
    if (tip.index !== event.lastIndex || tip.term !== event.lastTerm) {
      this.#report.violated(
        'I3',
        `${event.node} says that its log ends at (${event.lastIndex}, term ${event.lastTerm}); it ends at (${tip.index}, term ${tip.term})`,
        tip.event,
        event,
      );
    }
    const leadership = { event, tip };
    this.#leaderships.push(leadership);
    this.#highestTerm = Math.max(this.#highestTerm, event.term);
    for (const last of this.#lastOf.values()) this.#complete(leadership, last);
  }

  /** Leader Completeness, for commits of lower terms only: an older leader may still commit what a newer one need not have. */
  #complete({ event, tip }: Leadership, { entry, term, event: commit }: Committed): void {
    if (term >= event.term || holds(tip, entry)) return;
    this.#report.violated(
      'I4',
      `${event.node} leads term ${event.term} without index ${entry.index}, which ${commit.node} committed in term ${term}`,
      ...inOrder(commit, event),
    );
    const told = this.#sessions.acknowledged;
    const lost = told === undefined ? undefined : this.#committed[told.applied];
    if (lost === undefined || lost.term >= event.term || holds(tip, lost.entry)) return;
    this.#report.violated(
      'I30',
      `${event.node} leads term ${event.term} without index ${lost.entry.index}, of which a client was told by ${told?.node}`,
      told,
      event,
    );
  }

  #commit(node: RaftNode, event: TracedOf<'commit'>): void {
    node.commit = event.index;
    if (event.role === 'leader') this.#currentTerm(node, event);
    if (node.blind) return;
    const entry = node.log.at(event.index);
    if (entry === undefined) {
      this.#report.violated(
        'I7',
        `${event.node} commits ${event.index}, but its log ends at ${node.log.tip.index}`,
        node.log.tip.event,
        event,
      );
      return;
    }
    const known = this.#committed[event.index];
    if (known !== undefined && known.entry !== entry) {
      this.#report.violated(
        'I5',
        `${known.event.node} and ${event.node} commit different entries at index ${event.index}: of terms ${known.entry.term} and ${entry.term}`,
        known.event,
        event,
      );
      return;
    }
    if (event.role === 'leader') this.#leaderCommit(event, entry);
    else if (known === undefined && this.#scene.lost === 0) {
      this.#report.violated(
        'I10',
        `${event.node} commits ${event.index}, but no leader has committed beyond ${this.#committed.length - 1}`,
        this.#committed.at(-1)?.event,
        event,
      );
    }
    this.#decided(event, entry);
  }

  #leaderCommit(event: TracedOf<'commit'>, entry: Entry): void {
    const { members, lost } = this.#scene;
    if (!members.isQuorum(entry.durable | lost)) {
      this.#report.violated(
        'I10',
        `${event.node} commits ${event.index}, which is on ${size(entry.durable)} of ${members.count} disks: not on those of ${members.without(entry.durable)}`,
        entry.event,
        event,
      );
    }
    if (entry.term !== event.term) {
      this.#report.violated(
        'I10',
        `${event.node}, leader of term ${event.term}, commits by an entry of term ${entry.term} (Raft 5.4.2)`,
        entry.event,
        event,
      );
    }
    if (event.matches !== undefined) this.#quorums.replicated(event.matches, event);
  }

  /** Everything up to the entry is decided. Costs as much as is new. */
  #decided(event: TracedOf<'commit'>, entry: Entry): void {
    const committed = this.#committed;
    const added: Committed = { entry, term: event.term, event };
    for (let at: Entry | undefined = entry; at !== undefined && at.index > 0; at = at.parent) {
      const known = committed[at.index];
      if (known !== undefined) {
        if (known.entry !== at) {
          this.#report.violated(
            'I5',
            `${known.event.node} and ${event.node} commit different entries at index ${at.index}`,
            known.event,
            event,
          );
        }
        break;
      }
      committed[at.index] = at === entry ? added : { entry: at, term: event.term, event };
    }
    if (event.role !== 'leader') return;
    if ((this.#lastOf.get(event.term)?.entry.index ?? 0) < entry.index) {
      this.#lastOf.set(event.term, added);
    }
    if (this.#highestTerm <= event.term) return;
    for (const leadership of this.#leaderships) this.#complete(leadership, added);
  }

  #apply(event: TracedOf<'apply'>): void {
    const known = this.#committed[event.index];
    if (known === undefined || known.entry.hash === event.hash) return;
    this.#report.violated(
      'I5',
      `${event.node} applies another command at index ${event.index} than was committed there`,
      known.event,
      event,
    );
  }

  #matchAdvanced(node: RaftNode, event: TracedOf<'matchAdvanced'>): void {
    const peer = this.#scene.members.number(event.peer);
    const before = node.match[peer] ?? 0;
    node.match[peer] = event.match;
    if (event.match <= before || event.next <= event.match) {
      this.#report.violated(
        'I13',
        `${event.node} moves the match of ${event.peer} from ${before} to ${event.match}, next ${event.next}`,
        node.leads,
        event,
      );
    }
    const told = this.#nodes[peer]?.acks.get(event.node);
    const isTold = told !== undefined && told.term === event.term && told.index >= event.match;
    if (!isTold && (this.#scene.lost & (1 << peer)) === 0) {
      this.#report.violated(
        'I13',
        `${event.node} takes index ${event.match} for replicated to ${event.peer}, which has not acknowledged that in term ${event.term}`,
        told,
        event,
      );
    }
    if (node.blind) return;
    const durable = node.log.at(event.match)?.durable ?? 0;
    if (((durable | this.#scene.lost) & (1 << peer)) !== 0) return;
    this.#report.violated(
      'I13',
      `${event.node} takes index ${event.match} for replicated to ${event.peer}, on whose disk it has not been`,
      this.#nodes[peer]?.lastAck,
      event,
    );
  }

  #voteGranted(node: RaftNode, event: TracedOf<'voteGranted'>): void {
    if (node.blind) return;
    const { tip } = node.log;
    const newer = tip.term > event.lastTerm;
    if (newer || (tip.term === event.lastTerm && tip.index > event.lastIndex)) {
      this.#report.violated(
        'I11',
        `${event.node}, whose log ends at (${tip.index}, term ${tip.term}), votes for ${event.candidate}, whose log ends at (${event.lastIndex}, term ${event.lastTerm})`,
        tip.event,
        event,
      );
    }
    const theirs = this.#entries.find(event.lastIndex, event.lastTerm);
    const mine = node.commit === 0 ? undefined : node.log.at(node.commit);
    if (theirs === undefined || mine === undefined || holds(theirs, mine)) return;
    this.#report.violated(
      'I11',
      `${event.node} votes for ${event.candidate}, whose log lacks index ${node.commit}, which ${event.node} has committed`,
      this.#committed[node.commit]?.event,
      event,
    );
  }
}

const inOrder = <A extends Traced, B extends Traced>(a: A, b: B): readonly [Traced, Traced] =>
  a.timeNs <= b.timeNs ? [a, b] : [b, a];
