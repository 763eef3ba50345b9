/** What the workloads on transactions share: keys in use, what to ask, and what an answer means. */

import { z } from 'zod';
import { notAnAnswer } from '#checkers/answers';
import { identity } from '#checkers/identity';
import type { Call, Outcome } from '#src/client/connection';
import type { Context, Generator, Next } from '#src/generator/generator';
import { emit, pending } from '#src/generator/source';
import type { Completion, History, Invocation } from '#src/history/operation';
import type { Random } from '#src/random/random';
import { chooseKey, keyDistribution } from './key-choice.ts';

export const transactionOptions = z.strictObject({
  /** Keys in use at the same time. Few keys and many clients make contention, which is what shows anomalies. */
  activeKeys: z.number().int().min(1).max(10_000).default(5),
  /** Writes to a key before a fresh one takes its place: keeps lists short enough to send. */
  writesPerKey: z.number().int().min(1).max(10_000).default(30),
  /** How steps spread over the keys in use. */
  keys: keyDistribution.default('uniform'),
  /** Steps of a transaction at most. */
  stepsMax: z.number().int().min(1).max(100).default(4),
});
export type TransactionOptions = z.infer<typeof transactionOptions>;

/** As the systems take it: reads are asked with null. */
type TxnStep = Extract<Call, { readonly f: 'txn' }>['steps'][number];

/** One key in use. Values are 1, 2, 3, ... per key, so that a value names its writer. */
interface Slot {
  readonly key: string;
  readonly writes: number;
}

/** Transactions of reads and writes in equal parts, on keys that are replaced when they are worn. */
export class TransactionGenerator implements Generator {
  readonly #options: TransactionOptions;
  readonly #write: 'append' | 'w';
  readonly #slots: readonly Slot[];
  readonly #keysUsed: number;

  constructor(
    options: TransactionOptions,
    write: 'append' | 'w',
    slots: readonly Slot[] = Array.from({ length: options.activeKeys }, (_, i) => ({
      key: `k${i}`,
      writes: 0,
    })),
    keysUsed = options.activeKeys,
  ) {
    this.#options = options;
    this.#write = write;
    this.#slots = slots;
    this.#keysUsed = keysUsed;
  }

  next(context: Context): Next {
    const thread = context.someFree((candidate) => candidate !== 'nemesis');
    if (thread === undefined) return pending(this);
    const { steps, slots, keysUsed } = this.#draw(context.random);
    const then = new TransactionGenerator(this.#options, this.#write, slots, keysUsed);
    const op: Invocation = { f: 'txn', value: steps };
    return emit({ kind: 'invoke', timeNs: context.timeNs, thread, op }, then);
  }

  update(): Generator {
    return this;
  }

  #draw(random: Random) {
    const slots = [...this.#slots];
    let keysUsed = this.#keysUsed;
    const count = 1 + random.below(this.#options.stepsMax);
    const steps = Array.from({ length: count }, (): TxnStep => {
      const at = chooseKey(this.#options.keys)(random, slots.length);
      const slot = slots[at] as Slot;
      if (random.below(2) === 0) return ['r', slot.key, null];
      const writes = slot.writes + 1;
      const isWorn = writes >= this.#options.writesPerKey;
      slots[at] = isWorn ? { key: `k${keysUsed}`, writes: 0 } : { ...slot, writes };
      if (isWorn) keysUsed += 1;
      return [this.#write, slot.key, writes];
    });
    return { steps, slots, keysUsed };
  }
}

export const transactionCall = (op: Invocation): Call => ({
  f: 'txn',
  steps: op.value as readonly TxnStep[],
});

/** A transaction that only reads changed nothing, so not knowing its result is the same as not having asked. */
const onlyReads = (op: Invocation): boolean =>
  (op.value as readonly TxnStep[]).every(([f]) => f === 'r');

export function transactionCompletion(op: Invocation, outcome: Outcome): Completion {
  const { value } = op;
  switch (outcome.kind) {
    case 'fail':
      return { type: 'fail', value, error: outcome.error };
    case 'unknown':
      return { type: onlyReads(op) ? 'fail' : 'info', value, error: outcome.error };
    case 'ok':
      // Only what an answer says is taken for known.
      return isAnswerTo(op, outcome.result)
        ? { type: 'ok', value: outcome.result }
        : { type: 'info', value, error: `${notAnAnswer}${JSON.stringify(outcome.result)}` };
  }
}

/** The same steps, what was written unchanged, what was read filled in. */
const isAnswerTo = ({ value }: Invocation, result: unknown): boolean => {
  const asked = value as readonly TxnStep[];
  if (!Array.isArray(result) || result.length !== asked.length) return false;
  return result.every((step: unknown, i) => {
    const [f, key, argument] = asked[i] as TxnStep;
    if (!Array.isArray(step) || step[0] !== f || step[1] !== key) return false;
    return f === 'r' || identity(step[2]) === identity(argument);
  });
};

/** One read of all keys that were in use last, so that the order of everything in them is known. */
export function finalTransactions(history: History, keys: number): readonly Invocation[] {
  const found = new Set<string>();
  for (let i = history.length - 1; i >= 0 && found.size < keys; i -= 1) {
    const op = history[i];
    if (op?.f !== 'txn' || !Array.isArray(op.value)) continue;
    for (const [, key] of op.value as readonly TxnStep[]) found.add(key);
  }
  if (found.size === 0) return [];
  return [{ f: 'txn', value: [...found].map((key): TxnStep => ['r', key, null]) }];
}

/** Harmless, and goes through the log like any other transaction. */
export const transactionProbe: Invocation = { f: 'txn', value: [['r', 'k0', null]] };
