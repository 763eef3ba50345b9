/** What is known of registers: who wrote each value, who read it, and whether that fits the transactions themselves. */

import { BadInput } from '#src/errors';
import { describeOperation, show } from '#src/history/source';
import { identity } from '../identity.ts';
import type { Budget } from './budget.ts';
import { Elements, none } from './elements.ts';
import { Findings } from './findings.ts';
import type { Step, Transaction } from './transactions.ts';

export const isRegisterRead = (f: string): boolean => f === 'r' || f === 'read';

/** What a register holds before anybody wrote it, as a version; all real versions are numbers of elements, from 0. */
export const initial = -2;

/** What one transaction has to do with one key, seen from outside. */
export interface Touch {
  readonly key: number;
  /** The version that it found there: an element, `initial`, or `none` when that is not known. */
  readonly read: number;
  /** The version that it left: an element, or `none`. */
  readonly write: number;
}

const isNil = (value: unknown): boolean => value === null || value === undefined;

export class RegisterHistory {
  readonly transactions: readonly Transaction[];
  readonly elements: Elements;
  readonly findings = new Findings();
  readonly isCommitted: Uint8Array;
  /** Per transaction: its keys. Empty for those that do not count. */
  readonly touches: (readonly Touch[])[] = [];
  /** Per element: what the same transaction wrote over it, or `none`: only the last one was there for others to see. */
  readonly #nextOwn: number[] = [];
  readonly #budget: Budget;

  constructor(transactions: readonly Transaction[], budget: Budget) {
    this.transactions = transactions;
    this.#budget = budget;
    this.elements = new Elements(transactions);
    this.isCommitted = new Uint8Array(transactions.length);
    this.#findWrites();
    this.#decideCommitted();
    for (const [id, transaction] of transactions.entries()) {
      this.#budget.step(transaction.steps.length);
      this.touches.push(this.isCommitted[id] === 1 ? this.#touchesOf(id, transaction) : []);
    }
    this.#findLostUpdates();
  }

  writerOf(element: number): number {
    return this.elements.writer[element] as number;
  }

  /** A value that others were meant to see. */
  isVersion(element: number): boolean {
    return element >= 0 && this.#nextOwn[element] === none;
  }

  /** `3`, or `nil` for the initial state. */
  showVersion(version: number): string {
    return version < 0 ? 'nil' : this.elements.show(version).value;
  }

  #findWrites(): void {
    for (const [id, { steps, invoke, status }] of this.transactions.entries()) {
      this.#budget.step(steps.length);
      const last = new Map<number, number>();
      for (const [f, name, value] of steps) {
        if (isRegisterRead(f)) continue;
        if (isNil(value)) {
          throw new BadInput(
            `operation ${invoke.index}, ${describeOperation(invoke)}: writes nil. Allowed: any other value, since nil is what nobody has written yet.`,
          );
        }
        const key = this.elements.keyOf(name);
        const element = this.elements.add(key, value, id);
        if (this.elements.writer[element] !== id) continue;
        this.#nextOwn[element] = none;
        const before = last.get(key);
        if (before !== undefined && status !== 'fail') this.#nextOwn[before] = element;
        last.set(key, element);
      }
    }
  }

  #decideCommitted(): void {
    for (const [id, { status, isAnswered, steps }] of this.transactions.entries()) {
      if (status === 'ok') this.isCommitted[id] = 1;
      if (status !== 'ok' || !isAnswered) continue;
      for (const [f, name, value] of steps) {
        if (!isRegisterRead(f) || isNil(value)) continue;
        const writer = this.elements.writer[this.elements.find(this.elements.keyOf(name), value)];
        if (writer !== undefined && this.transactions[writer]?.status === 'info') {
          this.isCommitted[writer] = 1;
        }
      }
    }
  }

  #touchesOf(id: number, { steps, status, isAnswered }: Transaction): readonly Touch[] {
    const isRead = status === 'ok' && isAnswered;
    const found = new Map<number, { key: number; read: number; write: number }>();
    /** What the transaction must find where it has been before. */
    const known = new Map<number, unknown>();
    for (const [at, [f, name, value]] of steps.entries()) {
      const key = this.elements.keyOf(name);
      let touch = found.get(key);
      if (touch === undefined) {
        touch = { key, read: none, write: none };
        found.set(key, touch);
      }
      if (!isRegisterRead(f)) {
        known.set(key, value);
        touch.write = this.elements.find(key, value);
      } else if (isRead) {
        const isFuture = this.#checkFuture(id, key, value, steps, at);
        if (!known.has(key)) {
          if (!isFuture) touch.read = this.#external(id, key, value);
        } else if (identity(known.get(key) ?? null) !== identity(value ?? null)) {
          this.#internal(id, key, value, known.get(key));
        }
        known.set(key, value);
      }
    }
    return [...found.values()];
  }

  #checkFuture(
    id: number,
    key: number,
    value: unknown,
    steps: readonly Step[],
    at: number,
  ): boolean {
    const element = isNil(value) ? none : this.elements.find(key, value);
    if (this.elements.writer[element] !== id) return false;
    const isLater = steps
      .slice(at + 1)
      .some(
        ([f, name, written]) =>
          !isRegisterRead(f) &&
          this.elements.keyOf(name) === key &&
          identity(written) === identity(value),
      );
    if (!isLater) return false;
    const words = (): string =>
      `T1 read ${this.elements.showKey(key)} as ${show(value)}, which T1 itself wrote only later.`;
    this.findings.add('future-read', [id], words);
    return true;
  }

  #internal(id: number, key: number, value: unknown, expected: unknown): void {
    const words = (): string =>
      `T1 read ${this.elements.showKey(key)} as ${show(value ?? null)}; after its own steps before that it could only be ${show(expected ?? null)}.`;
    this.findings.add('internal', [id], words);
  }

  /** The version that a read before any write of its own has found. */
  #external(id: number, key: number, value: unknown): number {
    if (isNil(value)) return initial;
    const name = this.elements.showKey(key);
    const element = this.elements.find(key, value);
    if (element === none) {
      const words = (): string =>
        `T1 read ${name} as ${show(value)}: no transaction of this history ever wrote that.`;
      this.findings.add('garbage-read', [id], words);
      return none;
    }
    const writer = this.writerOf(element);
    if (this.transactions[writer]?.status === 'fail') {
      const words = (): string =>
        `T1 read ${name} as ${show(value)}. T2 tried to write that and failed: it never happened.`;
      this.findings.add('G1a', [id, writer], words);
      return none;
    }
    if (!this.isVersion(element)) {
      const next = this.#nextOwn[element] as number;
      const words = (): string =>
        `T1 read ${name} as ${show(value)}. T2 wrote that and then ${this.showVersion(next)}: T1 saw it half done.`;
      this.findings.add('G1b', [id, writer], words);
    }
    return element;
  }

  #findLostUpdates(): void {
    const updaters = new Map<number, number>();
    for (const [id, touches] of this.touches.entries()) {
      for (const { key, read, write } of touches) {
        if (read === none || write === none) continue;
        // Keys count down from -1, elements up from 0.
        const version = read === initial ? -1 - key : read;
        const other = updaters.get(version);
        if (other === undefined) {
          updaters.set(version, id);
          continue;
        }
        const words = (): string =>
          `T1 and T2 both read ${this.elements.showKey(key)} as ${this.showVersion(read)} and then wrote it: whichever came second did not see the first.`;
        this.findings.add('lost-update', [other, id], words);
      }
    }
  }
}
