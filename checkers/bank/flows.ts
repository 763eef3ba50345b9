/** What each account can hold, by the transfers that were over or under way; the bounds are in `checkers/bank.ts`. */

import { BadInput } from '#src/errors';
import type { History, Operation } from '#src/history/operation';
import { describeOperation } from '#src/history/source';
import { type Found, when } from '../found.ts';

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

export interface Flows {
  /** Told of every operation, in order. */
  see(op: Operation, found: Found): void;
}

/** Sums of fractions, and of what is beyond the safe integers, differ with their order by less than this, for each unit in them. */
const roundingError = 1e-9;

/** Whether two sums are the same: exactly, unless adding their parts has to round. */
export function isClose(a: number, b: number, parts: readonly unknown[]): boolean {
  const numbers = parts.map(Number);
  const size = numbers.reduce((sum, n) => sum + Math.abs(n), 0);
  if (numbers.every(Number.isInteger) && size <= Number.MAX_SAFE_INTEGER) return a === b;
  return Math.abs(a - b) <= roundingError * size;
}

function transferOf(op: Operation): Transfer {
  const value = op.value as Partial<Record<keyof Transfer, unknown>> | null | undefined;
  const { from, to, amount } = value ?? {};
  const isName = (name: unknown): boolean => typeof name === 'string' || typeof name === 'number';
  if (!isName(from) || !isName(to) || typeof amount !== 'number') {
    throw new BadInput(
      `operation ${op.index}, ${describeOperation(op)}: not a transfer. Allowed: {"from": account, "to": account, "amount": number}.`,
    );
  }
  return { from: String(from), to: String(to), amount };
}

/** Four sums per account are enough: what surely went in and out, and what may have. */
class AccountFlows implements Flows {
  readonly #place: ReadonlyMap<string, number>;
  readonly #initial: readonly number[];
  /** Invocations that are known to have failed: they never happened. By position in the history. */
  readonly #failed: ReadonlySet<number>;
  /** Of transfers that are over. */
  readonly #sureIn: Float64Array;
  readonly #sureOut: Float64Array;
  /** Of transfers that were begun, those that are over among them. */
  readonly #begunIn: Float64Array;
  readonly #begunOut: Float64Array;
  readonly #open = new Map<Operation['process'], Operation>();
  /** Sums of the sure ones when the read of a process began. */
  readonly #atBegin = new Map<Operation['process'], readonly [Float64Array, Float64Array]>();

  constructor(initial: Readonly<Record<string, number>>, failed: ReadonlySet<number>) {
    const names = Object.keys(initial);
    this.#place = new Map(names.map((name, place) => [name, place]));
    this.#initial = Object.values(initial);
    this.#failed = failed;
    this.#sureIn = new Float64Array(names.length);
    this.#sureOut = new Float64Array(names.length);
    this.#begunIn = new Float64Array(names.length);
    this.#begunOut = new Float64Array(names.length);
  }

  see(op: Operation, found: Found): void {
    if (op.f === 'transfer') this.#transfer(op);
    else if (op.type === 'invoke') {
      this.#open.set(op.process, op);
      this.#atBegin.set(op.process, [this.#sureIn.slice(), this.#sureOut.slice()]);
    } else if (op.type === 'ok') this.#read(op, found);
  }

  #transfer(op: Operation): void {
    if (op.type === 'invoke') {
      this.#open.set(op.process, op);
      if (!this.#failed.has(op.index)) this.#add(op, this.#begunIn, this.#begunOut);
    } else if (op.type === 'ok') {
      this.#add(this.#open.get(op.process) ?? op, this.#sureIn, this.#sureOut);
    }
  }

  /** A negative amount moves money the other way. */
  #add(op: Operation, into: Float64Array, out: Float64Array): void {
    const { from, to, amount } = transferOf(op);
    if (from === to) return;
    const [giver, taker] = amount < 0 ? [to, from] : [from, to];
    const [givers, takers] = [this.#place.get(giver), this.#place.get(taker)];
    if (givers !== undefined) out[givers] = (out[givers] ?? 0) + Math.abs(amount);
    if (takers !== undefined) into[takers] = (into[takers] ?? 0) + Math.abs(amount);
  }

  #read(op: Operation, found: Found): void {
    const [sureIn, sureOut] = this.#atBegin.get(op.process) ?? [this.#sureIn, this.#sureOut];
    const balances = (op.value ?? {}) as Readonly<Record<string, unknown>>;
    for (const [name, place] of this.#place) {
      const balance = balances[name];
      const at = (sums: Float64Array): number => sums[place] ?? 0;
      const initial = this.#initial[place] ?? 0;
      const low = initial + at(sureIn) - at(this.#begunOut);
      const high = initial - at(sureOut) + at(this.#begunIn);
      if (typeof balance !== 'number' || (low <= balance && balance <= high)) continue;
      const parts = [initial, balance, at(this.#begunIn), at(this.#begunOut)];
      if (isClose(balance, balance < low ? low : high, parts)) continue;
      found.add('impossible-balance', () => ({
        operations: [this.#open.get(op.process), op],
        explanation:
          `The read of process ${op.process} (answered at ${when(op)}) shows ${balance} in account ${name}. It held ${initial} at first. ` +
          `Of the transfers that were over before the read began, ${at(sureIn)} went in and ${at(sureOut)} went out; ` +
          `of all that were begun before it ended, ${at(this.#begunIn)} and ${at(this.#begunOut)}: so there are from ${low} to ${high} in it.`,
        impossible: op.index,
      }));
    }
  }
}

/** The flows of a history whose accounts held `initial` at first. */
export function accountFlows(history: History, initial: Readonly<Record<string, number>>): Flows {
  const failed = new Set<number>();
  const open = new Map<Operation['process'], number>();
  for (const op of history) {
    if (op.f !== 'transfer') continue;
    if (op.type === 'invoke') open.set(op.process, op.index);
    else if (op.type === 'fail') failed.add(open.get(op.process) ?? -1);
  }
  return new AccountFlows(initial, failed);
}
