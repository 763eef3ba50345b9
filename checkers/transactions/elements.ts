/** What transactions wrote: every value of every key with its writer, numbered. */

import { BadInput } from '#src/errors';
import { describeOperation, show } from '#src/history/source';
import { identity } from '../identity.ts';
import type { Transaction } from './transactions.ts';

/** No such element. */
export const none = -1;

export class Elements {
  readonly #keys = new Map<string | number, number>();
  readonly #byValue: Map<string | number, number>[] = [];
  readonly #transactions: readonly Transaction[];
  /** By number of the key. */
  readonly keyNames: unknown[] = [];
  /** By number of the element. */
  readonly key: number[] = [];
  readonly value: unknown[] = [];
  readonly writer: number[] = [];

  constructor(transactions: readonly Transaction[]) {
    this.#transactions = transactions;
  }

  get count(): number {
    return this.value.length;
  }

  /** The number of a key, a new one when it is new. */
  keyOf(name: unknown): number {
    const id = identity(name);
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    const key = this.keyNames.length;
    this.#keys.set(id, key);
    this.keyNames.push(name);
    this.#byValue.push(new Map());
    return key;
  }

  find(key: number, value: unknown): number {
    return this.#byValue[key]?.get(identity(value)) ?? none;
  }

  /**
   * Notes a write. When two transactions wrote the same value and one of them failed, the other is its writer. Throws
   * BadInput when both may have happened: then nobody can tell whom a read has seen.
   */
  add(key: number, value: unknown, writer: number): number {
    const before = this.find(key, value);
    if (before === none) {
      const element = this.value.length;
      this.#byValue[key]?.set(identity(value), element);
      this.key.push(key);
      this.value.push(value);
      this.writer.push(writer);
      return element;
    }
    const other = this.writer[before] as number;
    const failed = (id: number): boolean => this.#transactions[id]?.status === 'fail';
    if (other === writer || !(failed(writer) || failed(other))) {
      const ops = [other, writer].map((id) => this.#transactions[id]?.invoke);
      const [a, b] = ops.map((op) =>
        op === undefined ? '' : `operation ${op.index}, ${describeOperation(op)}`,
      );
      throw new BadInput(
        `value ${show(value)} of key ${show(this.keyNames[key])} was written twice: ${a}; ${b}. Allowed: a value at most once per key, so that a read tells its writer.`,
      );
    }
    if (failed(other)) this.writer[before] = writer;
    return before;
  }

  /** `3 to x` and the like: the parts of an element for people. */
  show(element: number): { readonly key: string; readonly value: string } {
    return {
      key: plain(this.keyNames[this.key[element] as number]),
      value: show(this.value[element]),
    };
  }

  showKey(key: number): string {
    return plain(this.keyNames[key]);
  }
}

/** Keys read better without quotation marks. */
const plain = (value: unknown): string => (typeof value === 'string' ? value : show(value));
