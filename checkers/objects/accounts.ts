/** What went into one queue and what came out, value by value. */

import type { Pair } from '#src/history/pairs';
import { identity } from '../identity.ts';
import type { Budget } from '../transactions/budget.ts';
import { endOf } from './findings.ts';

export interface ValueAccount {
  readonly value: unknown;
  /** Also those that failed. */
  attempts: number;
  /** Those that may have happened, in the order of their calls. */
  readonly enqueues: Pair[];
  /** Of these, the ones that did. */
  readonly acknowledged: Pair[];
  /** Dequeues, takes and drains that returned it, once for each time, in the order in which they were over. */
  deliveries: Pair[];
}

export interface QueueAccounts {
  readonly values: readonly ValueAccount[];
  /** Operations after which nothing was left: drains, dequeues of nothing, takes of less than asked. In the order of their calls. */
  readonly emptyings: readonly Pair[];
  /** Dequeues, takes and drains whose outcome is not known, in the order of their calls. */
  readonly unknownTakes: readonly Pair[];
}

/** A value that was accepted and never came out. */
export interface Missing {
  readonly account: ValueAccount;
  readonly enqueue: Pair;
  /** Of the emptyings that began after it was accepted, the one that was over first. */
  readonly emptied: Pair;
}

/** Operations in the order of their calls. */
export function accountsOf(operations: readonly Pair[], budget: Budget): QueueAccounts {
  const values = new Map<unknown, ValueAccount>();
  const emptyings: Pair[] = [];
  const unknownTakes: Pair[] = [];
  for (const pair of operations) {
    budget.step();
    const { invoke, completion } = pair;
    if (invoke.f === 'enqueue') noteEnqueue(accountAt(values, invoke.value), pair);
    else if (completion?.type === 'ok') {
      const taken = takenBy(pair);
      budget.step(taken.length);
      for (const value of taken) accountAt(values, value).deliveries.push(pair);
      if (taken.length < askedFor(pair)) emptyings.push(pair);
    } else if (completion?.type !== 'fail') unknownTakes.push(pair);
  }
  for (const account of values.values()) {
    if (account.deliveries.length > 1) account.deliveries.sort((a, b) => endOf(a) - endOf(b));
  }
  return { values: [...values.values()], emptyings, unknownTakes };
}

/** How many values it takes if there are so many: one that got fewer left nothing. */
function askedFor({ invoke }: Pair): number {
  if (invoke.f === 'drain') return Number.POSITIVE_INFINITY;
  return invoke.f === 'take' ? Number(invoke.value) : 1;
}

function takenBy({ invoke, completion }: Pair): readonly unknown[] {
  const value = completion?.value;
  if (invoke.f !== 'dequeue') return Array.isArray(value) ? value : [];
  return value === undefined || value === null ? [] : [value];
}

function accountAt(values: Map<unknown, ValueAccount>, value: unknown): ValueAccount {
  const id = identity(value);
  let account = values.get(id);
  if (account === undefined) {
    account = { value, attempts: 0, enqueues: [], acknowledged: [], deliveries: [] };
    values.set(id, account);
  }
  return account;
}

function noteEnqueue(account: ValueAccount, pair: Pair): void {
  account.attempts += 1;
  if (pair.completion?.type === 'fail') return;
  account.enqueues.push(pair);
  if (pair.completion?.type === 'ok') account.acknowledged.push(pair);
}

/**
 * What was accepted and did not come out, less what takes with unknown outcomes can have taken. Such a take was called before the
 * queue was found empty, and takes as many values as it asked for at most: the values that must be gone first get the takes, which explains as many as
 * can be explained.
 */
export function missingFrom(accounts: QueueAccounts, budget: Budget) {
  const emptiedAfter = firstEmptied(accounts.emptyings);
  const missing: Missing[] = [];
  let remaining = 0;
  for (const account of accounts.values) {
    budget.step();
    const due = account.acknowledged
      .map((enqueue) => ({ enqueue, emptied: emptiedAfter(endOf(enqueue)), account }))
      .sort((a, b) => limitOf(a.emptied) - limitOf(b.emptied));
    for (const { emptied, enqueue } of due.slice(account.deliveries.length)) {
      if (emptied === undefined) remaining += 1;
      else missing.push({ account, enqueue, emptied });
    }
  }
  missing.sort((a, b) => limitOf(a.emptied) - limitOf(b.emptied));
  const lost = unexplained(missing, accounts.unknownTakes);
  return { lost, unaccounted: missing.length - lost.length, remaining };
}

const limitOf = (emptied: Pair | undefined): number =>
  emptied === undefined ? Number.POSITIVE_INFINITY : endOf(emptied);

/** `missing` in the order in which it must be gone. */
function unexplained(missing: readonly Missing[], takes: readonly Pair[]): Missing[] {
  let called = 0;
  let free = 0;
  return missing.filter(({ emptied }) => {
    for (; called < takes.length; called += 1) {
      const take = takes[called] as Pair;
      if (take.invoke.index > endOf(emptied)) break;
      free += askedFor(take);
    }
    if (free === 0) return true;
    free -= 1;
    return false;
  });
}

/** Of the emptyings that were called after a position, the one that was over first. */
function firstEmptied(emptyings: readonly Pair[]): (position: number) => Pair | undefined {
  const first: Pair[] = [];
  for (let at = emptyings.length - 1; at >= 0; at -= 1) {
    const here = emptyings[at] as Pair;
    const later = first[at + 1];
    first[at] = later !== undefined && endOf(later) < endOf(here) ? later : here;
  }
  return (position) => {
    let low = 0;
    let high = emptyings.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((emptyings[middle] as Pair).invoke.index > position) high = middle;
      else low = middle + 1;
    }
    return first[low];
  };
}
