/** Clients that move money between accounts and look at all of them at once. */

import { z } from 'zod';
import { answers, notAnAnswer } from '#checkers/answers';
import { bank } from '#checkers/bank';
import { invariants } from '#checkers/invariants';
import { logPattern } from '#checkers/log-pattern';
import { stats } from '#checkers/stats';
import type { Call, Outcome } from '#src/client/connection';
import { type Generator, numbered } from '#src/generator/index';
import type { Completion, Invocation } from '#src/history/operation';
import { fraction } from '#src/random/random';
import type { Workload, WorkloadKind } from './workload.ts';

const optionsSchema = z.strictObject({
  accounts: z.number().int().min(2).max(1000).default(8),
  /** What is in each account at first. */
  initial: z.number().int().min(0).max(1_000_000).default(10),
  /** The largest amount that is moved at once; the smallest is 1. */
  amountMax: z.number().int().min(1).max(1_000_000).default(5),
  /** Whether an account may owe. */
  negativeBalances: z.boolean().default(false),
  readShare: z.number().min(0).max(1).default(0.4),
});
type Options = z.infer<typeof optionsSchema>;

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

const generator = (names: readonly string[], { amountMax, readShare }: Options): Generator =>
  numbered((_n, { random }): Invocation => {
    if (fraction(random) < readShare) return { f: 'read', value: null };
    const from = random.below(names.length);
    const to = (from + 1 + random.below(names.length - 1)) % names.length;
    const value: Transfer = {
      from: names[from] as string,
      to: names[to] as string,
      amount: 1 + random.below(amountMax),
    };
    return { f: 'transfer', value };
  });

/** The store keeps what came in since the beginning, so that no account has to be filled before the first transfer. */
function call(op: Invocation, names: readonly string[], options: Options): Call {
  if (op.f === 'read') return { f: 'read-many', keys: names };
  const { from, to, amount } = op.value as Transfer;
  const [take, give] = [['add', from, -amount] as const, ['add', to, amount] as const];
  if (options.negativeBalances) return { f: 'txn', steps: [take, give] };
  // Whoever looks first finds out before anything is written; whoever looks last has to be able to undo.
  const looksFirst = amount % 2 === 1;
  const enough = ['at-least', from, (looksFirst ? amount : 0) - options.initial] as const;
  return { f: 'txn', steps: looksFirst ? [enough, take, give] : [take, give, enough] };
}

function readAnswer(result: unknown, names: readonly string[], initial: number): Completion {
  const flows: readonly unknown[] = Array.isArray(result) ? result : [];
  if (flows.length !== names.length) {
    const error = `${notAnAnswer}${JSON.stringify(result)}, not one balance per account`;
    return { type: 'fail', value: null, error };
  }
  const balances = names.map((name, i) => {
    const flow = flows[i] ?? 0;
    return [name, typeof flow === 'number' ? initial + flow : flow] as const;
  });
  return { type: 'ok', value: Object.fromEntries(balances) };
}

function completion(
  op: Invocation,
  outcome: Outcome,
  names: readonly string[],
  { initial }: Options,
): Completion {
  const { f, value } = op;
  switch (outcome.kind) {
    case 'fail':
      return { type: 'fail', value, error: outcome.error };
    case 'unknown':
      return { type: f === 'read' ? 'fail' : 'info', value, error: outcome.error };
    case 'ok':
      if (f === 'read') return readAnswer(outcome.result, names, initial);
      if (outcome.result === null) {
        return { type: 'fail', value, error: 'precondition: there was not enough' };
      }
      return Array.isArray(outcome.result)
        ? { type: 'ok', value }
        : { type: 'info', value, error: `${notAnAnswer}${JSON.stringify(outcome.result)}` };
  }
}

export const bankWorkload: WorkloadKind<Options> = {
  name: 'bank',
  summary: 'transfers between accounts and reads of all of them; money is neither made nor lost',
  options: optionsSchema,
  create(options): Workload {
    const names = Array.from({ length: options.accounts }, (_, i) => `a${i}`);
    const { initial, negativeBalances } = options;
    const read: Invocation = { f: 'read', value: null };
    return {
      name: 'bank',
      claim:
        'Transfers happen entirely or not at all, and once: every read shows the same total and, in each account, what the transfers up to then have left in it.',
      generator: generator(names, options),
      probe: read,
      finalOperations: () => [read],
      call: (op) => call(op, names, options),
      completion: (op, outcome) => completion(op, outcome, names, options),
      checkers: [
        bank({
          initial: Object.fromEntries(names.map((name) => [name, initial])),
          negativeBalances,
        }),
        invariants(),
        answers(),
        stats(),
        logPattern(),
      ],
    };
  },
};
