/** Gathers violations: the first of each invariant says it all, those that follow only repeat it. */

import { catalogue, type InvariantId } from './catalogue.ts';
import type { Traced, Violation } from './traced.ts';

export class Report {
  readonly violations: Violation[] = [];
  #taken = 0;

  violated(invariant: InvariantId, explanation: string, ...events: (Traced | undefined)[]): void {
    if (this.violations.some((known) => known.invariant === invariant)) return;
    this.violations.push({
      invariant,
      name: catalogue[invariant].name,
      explanation,
      events: events.filter((event) => event !== undefined),
    });
  }

  /** The first violation since the last call. */
  take(): Violation | undefined {
    if (this.#taken === this.violations.length) return undefined;
    const first = this.violations[this.#taken];
    this.#taken = this.violations.length;
    return first;
  }
}
