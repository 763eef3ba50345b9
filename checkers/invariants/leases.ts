/** What a lease rests on (part of I18): a majority's answers to a round, each a promise to help nobody else for T from then on. */

import type { Scene } from './members.ts';
import type { Report } from './report.ts';
import type { Traced, TracedOf } from './traced.ts';

type Answered = TracedOf<'roundAnswered'>;

/** What clocks are rounded to, ms. */
const toleranceMs = 0.01;

/** One leader's rounds, in its newest term. */
interface Reign {
  readonly term: number;
  readonly started: TracedOf<'roundStarted'>[];
  /** By member: the newest round that it answered. */
  readonly answered: number[];
}

/** For simulations whose clocks run right or slower, by no more than the system was told. */
export class Leases {
  readonly #scene: Scene;
  readonly #report: Report;
  /** T, ms. */
  readonly #timeoutMs: number;
  readonly #reigns: (Reign | undefined)[] = [];
  /** By member: its newest promise. Outlives a restart. */
  readonly #promises: (Answered | undefined)[] = [];

  constructor(scene: Scene, report: Report, timeoutMs: number) {
    this.#scene = scene;
    this.#report = report;
    this.#timeoutMs = timeoutMs;
  }

  observe(number: number, event: Traced): void {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others do not concern it
    switch (event.ev) {
      case 'roundStarted':
        this.#reignOf(number, event.term)?.started.push(event);
        return;
      case 'roundAnswered':
        return this.#answered(number, event);
      case 'voteGranted':
        return this.#voted(number, event);
      case 'leaseRead':
        return this.#read(number, event);
      default:
    }
  }

  /** Undefined for a term that is over. */
  #reignOf(leader: number, term: number): Reign | undefined {
    const known = this.#reigns[leader];
    if (known?.term === term) return known;
    if (known !== undefined && known.term > term) return undefined;
    const reign: Reign = { term, started: [], answered: [] };
    this.#reigns[leader] = reign;
    return reign;
  }

  #answered(number: number, event: Answered): void {
    this.#promises[number] = event;
    const reign = this.#reignOf(this.#scene.members.number(event.to), event.term);
    if (reign === undefined) return;
    reign.answered[number] = Math.max(reign.answered[number] ?? 0, event.round);
  }

  #voted(number: number, event: TracedOf<'voteGranted'>): void {
    const promise = this.#promises[number];
    if (promise === undefined || promise.to === event.candidate) return;
    const sinceMs = (event.timeNs - promise.timeNs) / 1e6;
    if (sinceMs >= this.#timeoutMs - toleranceMs) return;
    this.#report.violated(
      'I18',
      `${event.node} votes for ${event.candidate} ${sinceMs.toFixed(1)} ms after it confirmed the lead of ${promise.to}, whose lease counts on ${this.#timeoutMs} ms`,
      promise,
      event,
    );
  }

  #read(number: number, event: TracedOf<'leaseRead'>): void {
    const reign = this.#reignOf(number, event.term);
    const rounds = reign?.started ?? [];
    const answered = [...(reign?.answered ?? [])].map((round) => round ?? 0);
    answered[number] = rounds.length;
    const { quorum } = this.#scene.members;
    const confirmed = answered.toSorted((a, b) => b - a)[quorum - 1] ?? 0;
    const round = rounds[confirmed - 1];
    const endMs = event.timeNs / 1e6 + event.leftMs;
    const limitMs = round === undefined ? 0 : round.timeNs / 1e6 + this.#timeoutMs;
    if (endMs <= limitMs + toleranceMs) return;
    this.#report.violated(
      'I18',
      round === undefined
        ? `${event.node} answers read ${event.request} by a lease that no majority confirmed`
        : `${event.node} answers read ${event.request} by a lease that ends ${(endMs - round.timeNs / 1e6).toFixed(1)} ms after the newest round that a majority confirmed began; they promised ${this.#timeoutMs} ms`,
      round,
      event,
    );
  }
}
