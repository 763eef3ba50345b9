/** Anomalies other than cycles, gathered on the way: all are counted, a few of each name are kept. */

import type { AnomalyName } from './anomalies.ts';
import { examplesPerNameMax } from './limits.ts';

export interface Finding {
  readonly name: AnomalyName;
  /** Numbers of the transactions that show it. Words call them T1, T2, ... in this order. */
  readonly transactions: readonly number[];
  readonly words: string;
}

export class Findings {
  readonly kept: Finding[] = [];
  readonly counts = new Map<AnomalyName, number>();

  /** `words` is only asked for findings that are kept. */
  add(name: AnomalyName, transactions: readonly number[], words: () => string): void {
    const count = this.counts.get(name) ?? 0;
    this.counts.set(name, count + 1);
    if (count < examplesPerNameMax) this.kept.push({ name, transactions, words: words() });
  }
}
