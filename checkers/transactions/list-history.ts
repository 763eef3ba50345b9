/** What is known of all versions of all lists: the order in which elements were appended, as reads show it. */

import { BadInput } from '#src/errors';
import { describeOperation, show } from '#src/history/source';
import { identity } from '../identity.ts';
import type { Budget } from './budget.ts';
import { Elements, none } from './elements.ts';
import { Findings } from './findings.ts';
import type { Transaction } from './transactions.ts';

/** Also for whoever reads the steps again. */
export const isListRead = (f: string): boolean => f === 'r' || f === 'read';

export type List = readonly unknown[];

export const startsWith = (list: List, beginning: List): boolean => {
  if (beginning.length > list.length) return false;
  for (let i = 0; i < beginning.length; i += 1) {
    if (list[i] !== beginning[i] && identity(list[i]) !== identity(beginning[i])) return false;
  }
  return true;
};

/** What is known of all versions of all keys. */
export class ListHistory {
  readonly transactions: readonly Transaction[];
  readonly elements: Elements;
  readonly findings = new Findings();
  /** Per key: the longest read, and who read it. */
  readonly longest: (List | undefined)[] = [];
  readonly longestReader: number[] = [];
  /** Per key: the elements of the longest read; `none` for what nobody appended, and for repetitions. */
  readonly order: (readonly number[])[] = [];
  /** Per element: its place in the order, `none` when it is not in it. */
  readonly place: Int32Array;
  /** Per element: the next of the same transaction and key, or `none`. */
  readonly nextOwn: Int32Array;
  /** Per element: 1 when some success has read it. */
  readonly isSeen: Uint8Array;
  readonly isCommitted: Uint8Array;
  /** Reads that are no beginning of the longest, with their keys: a list may be shared by several. */
  readonly #incompatible = new Map<List, Set<number>>();
  readonly #budget: Budget;

  constructor(transactions: readonly Transaction[], budget: Budget) {
    this.transactions = transactions;
    this.#budget = budget;
    this.elements = new Elements(transactions);
    const followers = this.#findAppends();
    const { count } = this.elements;
    this.nextOwn = new Int32Array(count).fill(none);
    for (const [element, follower] of followers) this.nextOwn[element] = follower;
    this.place = new Int32Array(count).fill(none);
    this.isSeen = new Uint8Array(count);
    this.isCommitted = new Uint8Array(transactions.length);
    this.#findLongest();
    this.#resolveOrders();
    this.#findIncompatible();
    this.#decideCommitted();
  }

  /** Whether the transaction that wrote an element counts as having happened. */
  isReal(element: number): boolean {
    return element !== none && this.isCommitted[this.elements.writer[element] as number] === 1;
  }

  /** Whether a read of this key is a beginning of the longest. */
  isCompatible(key: number, list: List): boolean {
    return !(this.#incompatible.get(list)?.has(key) ?? false);
  }

  hasFailed(element: number): boolean {
    return (
      element !== none &&
      this.transactions[this.elements.writer[element] as number]?.status === 'fail'
    );
  }

  /** Elements with the next one of the same transaction and key. */
  #findAppends(): readonly (readonly [number, number])[] {
    const followers: (readonly [number, number])[] = [];
    const lastOf: { id: number; element: number }[] = [];
    for (const [id, { steps, status }] of this.transactions.entries()) {
      this.#budget.step(steps.length);
      for (const [f, name, value] of steps) {
        if (isListRead(f)) continue;
        const key = this.elements.keyOf(name);
        const element = this.elements.add(key, value, id);
        if (status === 'fail') continue;
        const last = lastOf[key];
        if (last?.id === id) followers.push([last.element, element]);
        lastOf[key] = { id, element };
      }
    }
    return followers;
  }

  *#answeredReads(): Generator<readonly [id: number, key: number, list: List]> {
    for (const [id, { steps, status, isAnswered, completion }] of this.transactions.entries()) {
      if (status !== 'ok' || !isAnswered) continue;
      for (const [f, name, value] of steps) {
        if (!isListRead(f)) continue;
        const list = value ?? [];
        if (!Array.isArray(list)) {
          const op = completion === undefined ? '' : describeOperation(completion);
          throw new BadInput(
            `operation ${completion?.index}, ${op}: read ${show(value)}. Allowed: a list, or null for an empty one. Use --model rw-register for transactions on registers.`,
          );
        }
        this.#budget.step(1 + (list.length >> 3));
        yield [id, this.elements.keyOf(name), list];
      }
    }
  }

  #findLongest(): void {
    for (const [id, key, list] of this.#answeredReads()) {
      if (list.length <= (this.longest[key]?.length ?? -1)) continue;
      this.longest[key] = list;
      this.longestReader[key] = id;
    }
  }

  #resolveOrders(): void {
    for (let key = 0; key < this.elements.keyNames.length; key += 1) {
      const list = this.longest[key] ?? [];
      this.order[key] = list.map((value, place) => {
        const element = this.elements.find(key, value);
        if (element === none) return none;
        if (this.place[element] !== none) return none;
        this.place[element] = place;
        this.isSeen[element] = 1;
        return element;
      });
      this.#reportStrangeElements(this.longestReader[key] as number, key, list);
    }
  }

  #findIncompatible(): void {
    for (const [id, key, list] of this.#answeredReads()) {
      const longest = this.longest[key] as List;
      if (startsWith(longest, list)) continue;
      this.#incompatible.set(list, (this.#incompatible.get(list) ?? new Set()).add(key));
      const reader = this.longestReader[key] as number;
      const words = (): string =>
        `T1 read ${this.elements.showKey(key)} as ${show(list)}, T2 read it as ${show(longest)}: a list that only grows cannot have been both.`;
      this.findings.add('incompatible-order', [id, reader], words);
      this.#reportStrangeElements(id, key, list);
      for (const value of list) {
        const element = this.elements.find(key, value);
        if (element !== none) this.isSeen[element] = 1;
      }
    }
  }

  /** What stands in a read twice, and what nobody ever appended. */
  #reportStrangeElements(id: number, key: number, list: List): void {
    const seen = new Set<string | number>();
    for (const value of list) {
      const name = this.elements.showKey(key);
      if (seen.has(identity(value))) {
        const words = (): string =>
          `T1 read ${name} as ${show(list)}: ${show(value)} is there twice, and it was appended once.`;
        this.findings.add('duplicate-elements', [id], words);
      }
      seen.add(identity(value));
      if (this.elements.find(key, value) !== none) continue;
      const words = (): string =>
        `T1 read ${name} as ${show(list)}: no transaction of this history ever appended ${show(value)} to it.`;
      this.findings.add('garbage-read', [id], words);
    }
  }

  #decideCommitted(): void {
    for (const [id, { status }] of this.transactions.entries()) {
      if (status === 'ok') this.isCommitted[id] = 1;
    }
    for (let element = 0; element < this.elements.count; element += 1) {
      const writer = this.elements.writer[element] as number;
      if (this.isSeen[element] === 1 && this.transactions[writer]?.status === 'info') {
        this.isCommitted[writer] = 1;
      }
    }
  }
}
