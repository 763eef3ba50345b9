/** I19: whatever quorums are used, every one that elects meets every one that decides. */

import type { Scene } from './members.ts';
import type { Report } from './report.ts';
import type { Traced } from './traced.ts';

/** Quorums as sets of bits; a run has only few different ones. */
export class Quorums {
  readonly #scene: Scene;
  readonly #report: Report;
  readonly #electing = new Map<number, Traced>();
  readonly #deciding = new Map<number, Traced>();

  constructor(scene: Scene, report: Report) {
    this.#scene = scene;
    this.#report = report;
  }

  elected(bits: number, event: Traced): void {
    this.#used(this.#electing, this.#deciding, bits, event);
  }

  decided(bits: number, event: Traced): void {
    this.#used(this.#deciding, this.#electing, bits, event);
  }

  /** Raft's: those that hold the index by the leader's count. */
  replicated(
    matches: Readonly<Record<string, number>>,
    event: Traced & { readonly index: number },
  ): void {
    let bits = 0;
    for (const name in matches) {
      if ((matches[name] ?? 0) >= event.index) bits |= 1 << this.#scene.members.number(name);
    }
    this.decided(bits, event);
  }

  #used(same: Map<number, Traced>, others: Map<number, Traced>, bits: number, event: Traced): void {
    if (same.has(bits)) return;
    same.set(bits, event);
    for (const [other, first] of others) {
      if ((other & bits) !== 0 || this.#scene.lost !== 0) continue;
      this.#report.violated(
        'I19',
        `two quorums do not meet: without ${this.#scene.members.without(other)} and without ${this.#scene.members.without(bits)}`,
        first,
        event,
      );
    }
  }
}
