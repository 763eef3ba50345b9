/**
 * In which order a register had its values, as far as processes and clocks tell: what a transaction left or found was there
 * before what a later one found or left. True of every system in which transactions respect that order, or whose single
 * registers do.
 */

import type { AnomalyName, Order } from './anomalies.ts';
import { components } from './components.ts';
import { none } from './elements.ts';
import { dependency, GraphBuilder } from './graph.ts';
import { inTimeOrder } from './orders.ts';
import { initial, type RegisterHistory, type Touch } from './register-history.ts';

const { ww, process, realtime } = dependency;

/** What may be taken for granted of every single key. */
export interface KeyAssumptions {
  /** Every process sees a key grow older in one direction. Default false. */
  readonly sequentialKeys?: boolean;
  /** Every key is linearizable. Default false. */
  readonly linearizableKeys?: boolean;
}

/** `before` was there before `after`; both are elements. `source` has the bits of what it rests on, 0 for an assumption. */
export interface VersionPair {
  readonly before: number;
  readonly after: number;
  readonly source: number;
}

const lastOf = ({ read, write }: Touch): number => (write === none ? read : write);
const firstOf = ({ read, write }: Touch): number => (read === none ? write : read);

export class VersionOrder {
  readonly #history: RegisterHistory;
  readonly #order: Order;
  readonly #assumptions: KeyAssumptions;
  #pairs: VersionPair[] = [];
  /** The last `before` noted for an `after`: most repetitions come one after the other. */
  readonly #latest: Int32Array;
  /** Keys that went back to nil, with the bits of what shows it. */
  readonly #backToNil = new Map<number, number>();

  constructor(history: RegisterHistory, order: Order, assumptions: KeyAssumptions) {
    this.#history = history;
    this.#order = order;
    this.#assumptions = assumptions;
    this.#latest = new Int32Array(history.elements.count).fill(none);
    this.#fromProcesses();
    this.#latest.fill(none);
    this.#fromClock();
    this.#dropCircles();
  }

  get pairs(): readonly VersionPair[] {
    return this.#pairs;
  }

  #note(earlier: Touch, later: Touch, source: number): void {
    const [before, after] = [lastOf(earlier), firstOf(later)];
    if (before === after || before < 0 || after === none) return;
    if (!this.#history.isVersion(before)) return;
    if (after === initial) {
      const known = this.#backToNil.get(later.key);
      if (known === undefined || source < known) this.#backToNil.set(later.key, source);
      return;
    }
    if (!this.#history.isVersion(after) || this.#latest[after] === before) return;
    this.#latest[after] = before;
    this.#pairs.push({ before, after, source });
  }

  #fromProcesses(): void {
    const { sequentialKeys = false, linearizableKeys = false } = this.#assumptions;
    const isAssumed = sequentialKeys || linearizableKeys;
    if (this.#order === '' && !isAssumed) return;
    const source = isAssumed ? 0 : process;
    const { transactions, touches, elements } = this.#history;
    const processes = new Map<unknown, number>();
    const last = new Map<number, Touch>();
    for (const [id, { invoke }] of transactions.entries()) {
      const number = processes.get(invoke.process) ?? processes.size;
      processes.set(invoke.process, number);
      for (const touch of touches[id] ?? []) {
        const place = number * elements.keyNames.length + touch.key;
        const before = last.get(place);
        if (before !== undefined) this.#note(before, touch, source);
        last.set(place, touch);
      }
    }
  }

  /** Of what was answered before, only what nothing answered before was asked after needs to be compared. */
  #fromClock(): void {
    const { linearizableKeys = false } = this.#assumptions;
    if (this.#order !== '-realtime' && !linearizableKeys) return;
    const source = linearizableKeys ? 0 : realtime;
    const { transactions, touches, isCommitted } = this.#history;
    const newest: { id: number; touch: Touch }[][] = [];
    const answerOf = (id: number): number => transactions[id]?.completion?.index ?? Infinity;
    inTimeOrder(transactions, isCommitted, {
      asked: (id) => {
        for (const touch of touches[id] ?? []) {
          for (const one of newest[touch.key] ?? []) this.#note(one.touch, touch, source);
        }
      },
      answered: (id) => {
        const asked = transactions[id]?.invoke.index ?? 0;
        for (const touch of touches[id] ?? []) {
          if (lastOf(touch) === none) continue;
          const still = (newest[touch.key] ?? []).filter((one) => answerOf(one.id) > asked);
          newest[touch.key] = [...still, { id, touch }];
        }
      },
    });
  }

  /** Where values come before themselves there is no order to speak of: such a key is reported, and its pairs are left out. */
  #dropCircles(): void {
    const levels: readonly (readonly [AnomalyName, newest: number, allowed: number])[] = [
      ['cyclic-versions', 0, 0],
      ['cyclic-versions-process', process, process],
      ['cyclic-versions-realtime', realtime, process | realtime],
    ];
    for (const [name, newest, allowed] of levels) {
      const keys = this.#circularKeys(allowed);
      for (const [key, versions] of keys) this.#report(name, key, versions);
      if (keys.size === 0) continue;
      const keyOf = this.#history.elements.key;
      this.#pairs = this.#pairs.filter(
        ({ before, source }) => source < newest || !keys.has(keyOf[before] as number),
      );
    }
  }

  /** Keys with the versions that are in circles over pairs from these sources. */
  #circularKeys(allowed: number): ReadonlyMap<number, readonly number[]> {
    const { elements } = this.#history;
    const own = this.#pairs.filter(({ source }) => (source & ~allowed) === 0);
    const circular = new Map<number, number[]>();
    for (const [key, source] of this.#backToNil) {
      // Otherwise the transactions themselves form a circle, which says more.
      if (source === 0 && allowed === 0) circular.set(key, [initial]);
    }
    if (own.length === 0) return circular;
    const graph = new GraphBuilder(elements.count);
    for (const { before, after, source } of own) graph.add(before, after, ww | source);
    const parts = components(graph.build(), ww | allowed);
    for (let element = 0; element < elements.count; element += 1) {
      if ((parts.of[element] as number) < 0) continue;
      const key = elements.key[element] as number;
      circular.set(key, [...(circular.get(key) ?? []), element]);
    }
    return circular;
  }

  #report(name: AnomalyName, key: number, versions: readonly number[]): void {
    const { findings, elements } = this.#history;
    const writers = versions.filter((one) => one >= 0).map((one) => this.#history.writerOf(one));
    const why =
      {
        'cyclic-versions': 'every key is sequential or linearizable, as assumed',
        'cyclic-versions-process': 'each process sees what it saw or did before',
      }[name as string] ?? 'what is answered is there for all who ask later';
    const values = versions.map((one) => this.#history.showVersion(one)).join(', ');
    const words = (): string =>
      versions.includes(initial)
        ? `${elements.showKey(key)} went back to nil after it had a value, though ${why}.`
        : `If ${why}, then ${elements.showKey(key)} had each of the values ${values} before the others and after them.`;
    findings.add(name, writers.slice(0, 8), words);
  }
}
