/** Whether anything is chosen, judged from outside: by what the disks hold and what nodes were told, not by what they believe. */

import type { Outcome } from '#reports/scenario-types';
import { type AcceptedPlace, ballotName, type LogPlace } from './system.ts';

interface Chosen {
  readonly label: string;
  readonly because: string;
}

export class Judge {
  /** By slot or index; only the first one counts, a second one breaks agreement. */
  readonly chosen = new Map<number, Chosen>();
  broken: string | undefined;
  readonly #quorum: number;
  readonly #single: boolean;
  /** Who accepted what in which ballot, ever: a disk may forget, but what was chosen stays chosen. */
  readonly #accepted = new Map<string, Set<string>>();

  constructor(quorum: number, single: boolean) {
    this.#quorum = quorum;
    this.#single = single;
  }

  /** These acceptances reached the disk of a node. */
  accepted(node: string, places: readonly AcceptedPlace[]): void {
    for (const { slot, ballot, label } of places) {
      const key = `${slot} ${ballotName(ballot)}`;
      const by = this.#accepted.get(key) ?? new Set();
      by.add(node);
      this.#accepted.set(key, by);
      if (by.size < this.#quorum) continue;
      const names = [...by].sort().join(', ');
      this.#choose(slot, label, `accepted in ballot ${ballotName(ballot)} by ${names}`);
    }
  }

  /** A node was told that this is decided. */
  told(node: string, index: number, { label }: LogPlace): void {
    this.#choose(index, label, `as ${node} says`);
  }

  #choose(slot: number, label: string, because: string): void {
    const before = this.chosen.get(slot);
    if (before === undefined) {
      this.chosen.set(slot, { label, because });
    } else if (before.label !== label) {
      const where = this.#single ? '' : ` at index ${slot}`;
      this.broken ??= `Agreement is broken${where}: ${before.label} was chosen (${before.because}), and now ${label} (${because}).`;
    }
  }

  outcome(): Outcome {
    if (this.broken !== undefined) return { kind: 'broken', words: this.broken };
    const slots = [...this.chosen].sort(([a], [b]) => a - b);
    if (slots.length === 0) {
      return {
        kind: 'open',
        words: this.#single ? 'No value is chosen.' : 'Nothing is committed.',
      };
    }
    const words = this.#single
      ? slots.map(([, { label, because }]) => `${label} is chosen: ${because}.`)
      : [`Committed: ${slots.map(([slot, { label }]) => `${slot} ${label}`).join(', ')}.`];
    return { kind: 'chosen', words: words.join(' ') };
  }
}
