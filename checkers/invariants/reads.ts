/** I17: a linearizable read waits for everything that was acknowledged before it, and for a round that began after it. */

import { unreachable } from '#src/errors';
import type { Scene } from './members.ts';
import type { Replicas } from './replicas.ts';
import type { Report } from './report.ts';
import { Rounds } from './rounds.ts';
import type { Sessions } from './sessions.ts';
import type { TracedOf } from './traced.ts';

type ReadEvent = TracedOf<
  'readRequested' | 'roundStarted' | 'roundAnswered' | 'readConfirmed' | 'leaseRead'
>;

interface Open {
  readonly event: TracedOf<'readRequested'>;
  /** The newest acknowledgement when the read came. */
  readonly due: TracedOf<'replied'> | undefined;
  /** The newest round that had begun by then. */
  readonly round: TracedOf<'roundStarted'> | undefined;
}

interface Reader {
  readonly open: Map<number, Open>;
  round: TracedOf<'roundStarted'> | undefined;
}

export class Reads {
  readonly #report: Report;
  readonly #replicas: Replicas;
  readonly #sessions: Sessions;
  readonly #nodes: Reader[];
  readonly #rounds: Rounds;
  readonly #scene: Scene;
  constructor(scene: Scene, report: Report, replicas: Replicas, sessions: Sessions) {
    this.#scene = scene;
    this.#rounds = new Rounds(scene);
    this.#report = report;
    this.#replicas = replicas;
    this.#sessions = sessions;
    this.#nodes = Array.from({ length: scene.members.count }, () => ({
      open: new Map<number, Open>(),
      round: undefined,
    }));
  }

  /** A new leader, too, answers no older read: it counts its rounds from 1 again. */
  restarted(node: number): void {
    const reader = this.#at(node);
    reader.open.clear();
    reader.round = undefined;
    this.#rounds.restarted(node);
  }

  observe(node: number, event: ReadEvent): void {
    switch (event.ev) {
      case 'readRequested':
        return this.#requested(node, event);
      case 'roundStarted':
        this.#at(node).round = event;
        return;
      case 'roundAnswered':
        return this.#rounds.answered(node, event);
      case 'readConfirmed':
        return this.#confirmed(node, event);
      case 'leaseRead':
        return this.#leased(node, event);
      default:
        return unreachable(event);
    }
  }

  #requested(node: number, event: TracedOf<'readRequested'>): void {
    const { round, open } = this.#at(node);
    open.set(event.request, { event, due: this.#sessions.acknowledged, round });
  }

  #confirmed(node: number, event: TracedOf<'readConfirmed'>): void {
    const reader = this.#at(node);
    const open = reader.open.get(event.request);
    reader.open.delete(event.request);
    // Confirmed without having been asked about: it came just now.
    const due = open === undefined ? this.#sessions.acknowledged : open.due;
    const applied = Math.min(event.applied, this.#replicas.applied(node));
    if (applied < (due?.applied ?? 0)) {
      this.#report.violated(
        'I17',
        `${event.node} answers read ${event.request} as of index ${applied}; ${due?.node} had acknowledged ${due?.applied} before`,
        due,
        event,
      );
    }
    if (applied < event.readIndex || applied < (open?.event.readIndex ?? 0)) {
      this.#report.violated(
        'I17',
        `${event.node} answers read ${event.request} as of index ${applied}, before its read index ${Math.max(event.readIndex, open?.event.readIndex ?? 0)}`,
        open?.event,
        event,
      );
    }
    if (open !== undefined) this.#roundAfter(reader, open, event);
    // Round 0: nobody was asked, on purpose.
    if (event.round > 0) this.#majority(node, event);
  }

  #majority(node: number, event: TracedOf<'readConfirmed'>): void {
    const { members } = this.#scene;
    const bits = this.#rounds.confirming(node, event);
    if (bits === undefined || members.isQuorum(bits)) return;
    this.#report.violated(
      'I17',
      `${event.node} confirms read ${event.request} as of index ${event.readIndex} by round ${event.round} of ${event.term}, without a majority: no such answer of ${members.without(bits)}`,
      this.#rounds.last(node, ~bits),
      event,
    );
  }

  /** By a lease: what was acknowledged anywhere by now has to be in it. */
  #leased(node: number, event: TracedOf<'leaseRead'>): void {
    const applied = Math.min(event.applied, this.#replicas.applied(node));
    // Merged by time, an event of a process that was stopped meanwhile is later than what it tells of: only its own word counts.
    const due = this.#scene.exact ? this.#sessions.acknowledged : undefined;
    if (applied >= event.readIndex && applied >= (due?.applied ?? 0)) return;
    this.#report.violated(
      'I17',
      applied < event.readIndex
        ? `${event.node} answers read ${event.request} as of index ${applied}, before its read index ${event.readIndex}`
        : `${event.node} answers read ${event.request} by its lease as of index ${applied}; ${due?.node} had acknowledged ${due?.applied} before`,
      due,
      event,
    );
  }

  #roundAfter(reader: Reader, open: Open, event: TracedOf<'readConfirmed'>): void {
    const begun = open.round?.round ?? 0;
    if (event.round > begun && event.round <= (reader.round?.round ?? 0)) return;
    this.#report.violated(
      'I17',
      event.round <= begun
        ? `${event.node} confirms read ${event.request} by round ${event.round}, which began before the read`
        : `${event.node} confirms read ${event.request} by round ${event.round}, which has not begun`,
      event.round <= begun ? open.round : open.event,
      event,
    );
  }

  #at(node: number): Reader {
    return this.#nodes[node] as Reader;
  }
}
