/** What each transaction read: whether it fits the transaction itself, whom it has seen, and what it has not. */

import { show } from '#src/history/source';
import type { Budget } from './budget.ts';
import { none } from './elements.ts';
import { dependency, type GraphBuilder } from './graph.ts';
import { isListRead, type List, type ListHistory, startsWith } from './list-history.ts';
import type { Step } from './transactions.ts';

/** What one transaction knows of one key so far. */
interface Known {
  /** The last read, if any. */
  read: List | undefined;
  /** Appended since then. */
  readonly own: unknown[];
}

export class ListReads {
  readonly #history: ListHistory;
  readonly #graph: GraphBuilder;
  /** Per key: who read all of the longest read, before appending to it. */
  readonly #ofWhole: number[][] = [];
  /** Per element, and per key for the empty list: the first transaction that read up to it and appended. */
  readonly #updater: Int32Array;
  readonly #updaterOfEmpty = new Map<number, number>();

  constructor(history: ListHistory, graph: GraphBuilder, budget: Budget) {
    this.#history = history;
    this.#graph = graph;
    this.#updater = new Int32Array(history.elements.count).fill(none);
    for (const [id, { status, isAnswered, steps }] of history.transactions.entries()) {
      if (history.isCommitted[id] === 1) this.#checkOwnOrder(id, steps);
      if (status !== 'ok' || !isAnswered) continue;
      budget.step(steps.length);
      this.#transaction(id, steps);
    }
  }

  ofWhole(key: number): readonly number[] {
    return this.#ofWhole[key] ?? [];
  }

  #transaction(id: number, steps: readonly Step[]): void {
    const { elements } = this.#history;
    const known = new Map<number, Known>();
    for (const [at, [f, name, value]] of steps.entries()) {
      const key = elements.keyOf(name);
      const here = known.get(key);
      if (!isListRead(f)) {
        if (here === undefined) known.set(key, { read: undefined, own: [value] });
        else here.own.push(value);
        continue;
      }
      const list = (value ?? []) as List;
      const later = this.#appendsAfter(steps, at, key);
      for (const element of later) {
        if (this.#isIn(element, key, list)) this.#future(id, element, list);
      }
      if (here === undefined) this.#external(id, key, list, later.length > 0);
      else this.#internal(id, key, list, here);
      if (here?.read === undefined) this.#dirty(id, key, list, here?.own.length ?? 0);
      known.set(key, { read: list, own: [] });
    }
  }

  /** What the transaction appends to a key after the step at `at`. */
  #appendsAfter(steps: readonly Step[], at: number, key: number): readonly number[] {
    const { elements } = this.#history;
    const found: number[] = [];
    for (let i = at + 1; i < steps.length; i += 1) {
      const [f, name, value] = steps[i] as Step;
      if (isListRead(f) || elements.keyOf(name) !== key) continue;
      found.push(elements.find(key, value));
    }
    return found;
  }

  #isIn(element: number, key: number, list: List): boolean {
    if (this.#history.isCompatible(key, list)) return this.#placeOf(element) < list.length;
    return list.includes(this.#history.elements.value[element]);
  }

  /** A read before any append of its own to the key: it shows what others did. */
  #external(id: number, key: number, list: List, isUpdate: boolean): void {
    if (!this.#history.isCompatible(key, list)) {
      this.#saw(id, key, list);
      return;
    }
    this.#sawBeginning(id, key, list.length);
    if (isUpdate) this.#update(id, key, list);
  }

  #placeOf(element: number): number {
    const place = this.#history.place[element] ?? none;
    return place === none ? Infinity : place;
  }

  #future(id: number, element: number, list: List): void {
    const { key, value } = this.#history.elements.show(element);
    this.#history.findings.add(
      'future-read',
      [id],
      () =>
        `T1 read ${key} as ${show(list)}, with ${value} in it, which T1 itself appended only later.`,
    );
  }

  /** A read that is no beginning of the order still shows who was there last. */
  #saw(id: number, key: number, list: List): void {
    const { elements } = this.#history;
    for (const value of list.toReversed()) {
      const element = elements.find(key, value);
      if (!this.#history.isReal(element)) continue;
      this.#graph.add(elements.writer[element] as number, id, dependency.wr, element);
      return;
    }
  }

  #sawBeginning(id: number, key: number, length: number): void {
    const { elements, order } = this.#history;
    const all = order[key] ?? [];
    const writerOf = (element: number): number => elements.writer[element] as number;
    for (let i = length - 1; i >= 0; i -= 1) {
      const element = all[i] as number;
      if (!this.#history.isReal(element) || writerOf(element) === id) continue;
      this.#graph.add(writerOf(element), id, dependency.wr, element);
      break;
    }
    for (let i = length; i < all.length; i += 1) {
      const element = all[i] as number;
      if (!this.#history.isReal(element)) continue;
      this.#graph.add(id, writerOf(element), dependency.rw, element);
      return;
    }
    this.#ofWhole[key] ??= [];
    if (this.#ofWhole[key].at(-1) !== id) this.#ofWhole[key].push(id);
  }

  /** Two that read the same state and appended to it: one of them did not see the other. */
  #update(id: number, key: number, list: List): void {
    const { elements, order, findings } = this.#history;
    const last = list.length === 0 ? none : (order[key]?.[list.length - 1] ?? none);
    if (list.length > 0 && last === none) return;
    const other = last === none ? this.#updaterOfEmpty.get(key) : this.#updater[last];
    if (other === undefined || other === none) {
      if (last === none) this.#updaterOfEmpty.set(key, id);
      else this.#updater[last] = id;
      return;
    }
    const words = (): string =>
      `T1 and T2 both read ${elements.showKey(key)} as ${show(list)} and then appended to it: whichever came second did not see the first.`;
    findings.add('lost-update', [other, id], words);
  }

  /** Must be what the transaction has read before and appended since. */
  #internal(id: number, key: number, list: List, { read, own }: Known): void {
    const { elements, findings } = this.#history;
    const end = list.slice(Math.max(0, list.length - own.length));
    const fits =
      read === undefined
        ? list.length >= own.length && startsWith(end, own)
        : list.length === read.length + own.length && startsWith(list, [...read, ...own]);
    if (fits) return;
    const expected =
      read === undefined ? `something that ends with ${show(own)}` : show([...read, ...own]);
    const words = (): string =>
      `T1 read ${elements.showKey(key)} as ${show(list)}; after its own steps before that it could only be ${expected}.`;
    findings.add('internal', [id], words);
  }

  /** Reads of what failed, and of what its writer went on to change. `own` elements at the end are the reader's. */
  #dirty(id: number, key: number, list: List, own: number): void {
    const { elements, order, findings, nextOwn } = this.#history;
    const isCompatible = this.#history.isCompatible(key, list);
    const at = (i: number): number =>
      isCompatible ? (order[key]?.[i] ?? none) : elements.find(key, list[i]);
    const failed = isCompatible ? this.#firstFailed(key) : 0;
    for (let i = failed; i < list.length; i += 1) {
      const element = at(i);
      if (!this.#history.hasFailed(element)) continue;
      const words = (): string =>
        `T1 read ${elements.showKey(key)} as ${show(list)}, with ${show(list[i])} in it. T2 tried to append that and failed: it never happened.`;
      findings.add('G1a', [id, elements.writer[element] as number], words);
      break;
    }
    const last = at(list.length - own - 1);
    const writer = elements.writer[last];
    if (last === none || writer === undefined || writer === id) return;
    const next = nextOwn[last] as number;
    if (next === none || this.#history.hasFailed(last)) return;
    const words = (): string =>
      `T1 read ${elements.showKey(key)} as ${show(list)}. T2 appended ${elements.show(last).value} and then ${elements.show(next).value}: T1 saw it half done.`;
    findings.add('G1b', [id, writer], words);
  }

  readonly #failedFrom = new Map<number, number>();

  /** The place of the first failed element in the order of a key. */
  #firstFailed(key: number): number {
    let first = this.#failedFrom.get(key);
    if (first === undefined) {
      const at = (this.#history.order[key] ?? []).findIndex((one) => this.#history.hasFailed(one));
      first = at < 0 ? Infinity : at;
      this.#failedFrom.set(key, first);
    }
    return first;
  }

  /** What a transaction appended to one key stands together and in its order. */
  #checkOwnOrder(id: number, steps: readonly Step[]): void {
    const { elements, nextOwn, place, findings, longest } = this.#history;
    for (const [f, name, value] of steps) {
      if (isListRead(f)) continue;
      const key = elements.keyOf(name);
      const element = elements.find(key, value);
      const next = nextOwn[element] as number;
      if (next === none || elements.writer[element] !== id) continue;
      const after = this.#placeOf(next);
      if (after === Infinity || (after > (place[element] as number) && place[element] !== none))
        continue;
      const words = (): string =>
        `T1 appended ${elements.show(element).value} and then ${elements.show(next).value} to ${elements.showKey(key)}, but it was read as ${show(longest[key])}.`;
      findings.add('internal', [id], words);
    }
  }
}
