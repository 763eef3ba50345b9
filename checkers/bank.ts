/**
 * Money that is moved between accounts. Transfers neither make nor lose any, so every read of all accounts shows the same total
 * (Jepsen's bank test). Where it is known what each account held at first, a balance is also held against the
 * transfers: those that were over before the read began are in it, those that were begun before it ended may be.
 *
 *     held at first + (all that surely happened) + (whatever of the others lowers it)  <=  balance
 *     balance  <=  held at first + (all that surely happened) + (whatever of the others raises it)
 */

import { BadInput } from '#src/errors';
import type { History, Operation } from '#src/history/operation';
import { describeOperation, show } from '#src/history/source';
import { accountFlows, type Flows, isClose } from './bank/flows.ts';
import type { CheckContext, Checker, CheckResult } from './checker.ts';
import { Deadline, Found, verdict, when } from './found.ts';

export interface BankOptions {
  /** What all accounts hold together. Default: what the first read shows. */
  readonly total?: number;
  /** What each account holds at first: then each balance is checked, in real time, and nobody else has an account. */
  readonly initial?: Readonly<Record<string, number>>;
  /** Whether an account may owe. Default: no. */
  readonly negativeBalances?: boolean;
}

/** The account and what is in it, as a read shows it. */
type Balances = Readonly<Record<string, unknown>>;

interface Rules {
  readonly accounts: ReadonlySet<string>;
  readonly total: number;
  readonly negativeBalances: boolean;
}

const allowed =
  'read (an object from accounts to balances) and transfer of {"from": account, "to": account, "amount": number}';

export const wrongOperation = (op: Operation): BadInput =>
  new BadInput(
    `operation ${op.index}, ${describeOperation(op)}: nothing that a bank has. Allowed: ${allowed}. Choose the model that fits the history.`,
  );

function balancesOf(op: Operation): Balances {
  const { value } = op;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongOperation(op);
  return value as Balances;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** What one read shows by itself. */
function judgeRead(op: Operation, rules: Rules, invoke: Operation, found: Found): void {
  const balances = balancesOf(op);
  const operations = [invoke, op];
  const add = (name: string, explanation: () => string): void =>
    found.add(name, () => ({ operations, explanation: explanation(), impossible: op.index }));
  const who = `The read of process ${op.process} (answered at ${when(op)})`;
  const names = Object.keys(balances);
  const strange = names.filter((name) => !rules.accounts.has(name));
  if (strange.length > 0) {
    add('unexpected-account', () => `${who} shows ${strange.join(', ')}, which nobody has.`);
  }
  const missing = [...rules.accounts].filter((name) => typeof balances[name] !== 'number');
  if (missing.length > 0) {
    add('missing-balance', () => `${who} shows no balance of ${missing.join(', ')}.`);
  }
  // Without some of them the total means nothing.
  if (strange.length > 0 || missing.length > 0) return;
  const total = sum(names.map((name) => Number(balances[name])));
  if (!isClose(total, rules.total, [rules.total, ...Object.values(balances)])) {
    add(
      'wrong-total',
      () =>
        `${who} shows ${show(balances)}: together ${total}, but there are ${rules.total} in all, and transfers change nothing of that.`,
    );
  }
  const owing = rules.negativeBalances ? [] : names.filter((name) => Number(balances[name]) < 0);
  if (owing.length > 0) {
    add(
      'negative-balance',
      () =>
        `${who} shows ${owing.map((n) => `${n}: ${Number(balances[n])}`).join(', ')}, and nobody may owe.`,
    );
  }
}

/** A read that learnt nothing, as Jepsen's nil says, shows nothing. */
const isAnsweredRead = ({ type, f, value }: Operation): boolean =>
  type === 'ok' && f === 'read' && value !== undefined && value !== null;

function rulesOf(history: History, options: BankOptions): Rules | undefined {
  const { initial, negativeBalances = false } = options;
  const first = history.find((op) => op.process !== 'nemesis' && isAnsweredRead(op));
  const balances = initial ?? (first && balancesOf(first));
  if (balances === undefined) return undefined;
  const total = options.total ?? sum(Object.values(balances).map(Number));
  return { accounts: new Set(Object.keys(balances)), total, negativeBalances };
}

function check({ history, timeLimitMs }: CheckContext, options: BankOptions): CheckResult {
  const deadline = new Deadline(timeLimitMs);
  const found = new Found();
  const rules = rulesOf(history, options);
  const flows: Flows | undefined = options.initial && accountFlows(history, options.initial);
  const open = new Map<Operation['process'], Operation>();
  let reads = 0;
  let at = 0;
  for (; at < history.length && !deadline.isPast(); at += 1) {
    const op = history[at] as Operation;
    if (op.process === 'nemesis') continue;
    if (op.f !== 'read' && op.f !== 'transfer') throw wrongOperation(op);
    flows?.see(op, found);
    if (op.type === 'invoke') open.set(op.process, op);
    if (!isAnsweredRead(op) || rules === undefined) continue;
    reads += 1;
    judgeRead(op, rules, open.get(op.process) ?? op, found);
  }
  const reach = { history, checkedUpTo: at, answers: reads };
  return verdict(found, reach, { reads, total: rules?.total ?? null });
}

/** Judges `read` and `transfer`. `check` throws BadInput for other operations. Linear time. */
export const bank = (options: BankOptions = {}): Checker => ({
  name: 'bank',
  summary: 'transfers neither make nor lose money: every read shows the same total, nobody owes',
  check: (context) => check(context, options),
});
