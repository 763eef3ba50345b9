/** What clients are told: I20, I22 and I30, and which index the newest acknowledgement stands for. */

import { errorCodes } from '#src/consensus/state-machine/command';
import type { Replicas } from './replicas.ts';
import type { Report } from './report.ts';
import type { TracedOf } from './traced.ts';

type Apply = TracedOf<'apply'>;
type Replied = TracedOf<'replied'>;

/** The command was refused without looking at it: its sequence is not used up. */
const refused = new Set(['session-unknown', 'sequence-stale']);

export class Sessions {
  readonly #report: Report;
  readonly #replicas: Replicas;
  /** By session and sequence: the apply that executed it. */
  readonly #executed = new Map<number, (Apply | undefined)[]>();
  /** Requests that nodes handed on, by who answered them. */
  readonly #answered = new Map<string, Replied>();
  /** The highest index that any node applied. */
  #frontier = 0;
  /** The reply that stands for the highest index. */
  #acknowledged: Replied | undefined;

  constructor(report: Report, replicas: Replicas) {
    this.#report = report;
    this.#replicas = replicas;
  }

  /** Everything up to its `applied` is decided, and some client knows. */
  get acknowledged(): Replied | undefined {
    return this.#acknowledged;
  }

  /** The first node to apply an index speaks for all: that the others do the same is another invariant. */
  applying(event: Apply): void {
    if (event.index <= this.#frontier) return;
    this.#frontier = event.index;
    const { session, sequence } = event;
    if (session === undefined || sequence === undefined || refused.has(event.outcome)) return;
    const commands = this.#executed.get(session) ?? [];
    if (commands.length === 0) this.#executed.set(session, commands);
    const before = commands[sequence];
    if (before === undefined) commands[sequence] = event;
    if (before === undefined && event.repeated) {
      this.#report.violated(
        'I20',
        `command ${sequence} of session ${session} counts as repeated at index ${event.index}, but was never executed`,
        event,
      );
    } else if (before !== undefined && !event.repeated) {
      this.#report.violated(
        'I20',
        `command ${sequence} of session ${session} is executed at index ${before.index} and again at ${event.index}`,
        before,
        event,
      );
    } else if (before !== undefined && before.result !== event.result) {
      this.#report.violated(
        'I20',
        `command ${sequence} of session ${session}, repeated at index ${event.index}, is answered otherwise than at ${before.index}`,
        before,
        event,
      );
    }
  }

  replied(node: number, event: Replied): void {
    if (event.handed !== undefined) this.#handedOn(event, event.handed);
    if (event.outcome !== 'ok') return;
    if (event.applied > this.#replicas.applied(node)) {
      this.#report.violated(
        'I30',
        `${event.node} answers as of index ${event.applied}, having applied ${this.#replicas.applied(node)}`,
        event,
      );
    }
    const { session, sequence } = event;
    if (session !== undefined && sequence !== undefined) this.#toldOf(event, session, sequence);
    if (event.applied > (this.#acknowledged?.applied ?? 0)) this.#acknowledged = event;
  }

  /** That a copy is refused says nothing about what became of the first, here or in an earlier life of this node. */
  #handedOn(event: Replied, handed: NonNullable<Replied['handed']>): void {
    const { node, incarnation, request, outcome, session } = event;
    const key = `${node} ${incarnation} ${handed.by} ${handed.in} ${request}`;
    const before = this.#answered.get(key);
    this.#answered.set(key, event);
    if (before !== undefined) {
      this.#report.violated(
        'I22',
        `${node} answers request ${request} of ${handed.by} twice: ${before.outcome}, then ${outcome}`,
        before,
        event,
      );
    }
    const isCommand = session !== undefined && outcome !== 'bad-command';
    if (handed.first || !isCommand || !isDefinite(outcome)) return;
    this.#report.violated(
      'I22',
      `${node} refuses request ${request} of ${handed.by} for good (${outcome}), although an earlier life of it may have been handed the same`,
      event,
    );
  }

  #toldOf(event: Replied, session: number, sequence: number): void {
    const command = this.#executed.get(session)?.[sequence];
    if (command === undefined || command.index > event.applied) {
      this.#report.violated(
        'I30',
        `${event.node} acknowledges command ${sequence} of session ${session} at index ${event.applied}, where it is not applied`,
        command ?? this.#replicas.firstAt(event.applied),
        event,
      );
    } else if (command.result !== event.result) {
      this.#report.violated(
        'I22',
        `${event.node} answers command ${sequence} of session ${session} with another result than index ${command.index} has`,
        command,
        event,
      );
    }
  }
}

/** Of codes that are not known here nothing is concluded. */
const isDefinite = (outcome: string): boolean =>
  Object.entries(errorCodes).some(([code, { definite }]) => code === outcome && definite);
