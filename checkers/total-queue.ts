/**
 * Queues that are emptied at the end, as accounts: whatever was accepted comes out, once; nothing comes out that was not put in. The
 * order is left aside.
 *
 * A value is lost when it was accepted, the queue was found empty or emptied by an operation that began afterwards, and it never came
 * out. A dequeue whose outcome is not known may have taken one value with it, a take as many as it asked for, a drain any number: such values are unaccounted
 * for, and nobody can call them lost. With distinct values this is exact, by count per value otherwise. Time: n log n.
 */

import { BadInput } from '#src/errors';
import type { Key } from '#src/history/operation';
import type { Pair } from '#src/history/pairs';
import type { Checker } from './checker.ts';
import {
  accountsOf,
  type Missing,
  missingFrom,
  type QueueAccounts,
  type ValueAccount,
} from './objects/accounts.ts';
import { endOf, Findings, ofKey, proven } from './objects/findings.ts';
import { judgeObjects, type ObjectJudge, type ObjectsOptions } from './objects/judge.ts';
import type { Budget } from './transactions/budget.ts';

interface Tally {
  attempted: number;
  acknowledged: number;
  dequeued: number;
  lost: number;
  /** Accepted and gone, perhaps with a dequeue or a drain whose outcome is not known. */
  unaccounted: number;
  /** Accepted, not come out, and nobody found the queue empty afterwards. */
  remaining: number;
  /** Came out although putting it in was not acknowledged: it happened. */
  recovered: number;
  duplicated: number;
  unexpected: number;
}

class TotalQueue implements ObjectJudge<Tally> {
  readonly bytesPerLine = 350;
  readonly tally: Tally = {
    attempted: 0,
    acknowledged: 0,
    dequeued: 0,
    lost: 0,
    unaccounted: 0,
    remaining: 0,
    recovered: 0,
    duplicated: 0,
    unexpected: 0,
  };

  judge(
    key: Key | undefined,
    operations: readonly Pair[],
    findings: Findings,
    budget: Budget,
  ): void {
    for (const pair of operations) checkOperation(pair);
    const accounts = accountsOf(operations, budget);
    for (const account of accounts.values) {
      budget.step();
      this.#count(account);
      this.#judgeDeliveries(account, key, findings);
    }
    const { lost, unaccounted, remaining } = missingFrom(accounts, budget);
    this.tally.lost += lost.length;
    this.tally.unaccounted += unaccounted;
    this.tally.remaining += remaining;
    for (const one of lost) {
      findings.add('lost', () => lostValue(one, unaccounted, key, accounts));
    }
  }

  #count({ attempts, acknowledged, deliveries }: ValueAccount): void {
    this.tally.attempted += attempts;
    this.tally.acknowledged += acknowledged.length;
    this.tally.dequeued += deliveries.length;
  }

  /** The nth time that a value comes out needs an nth time that it was put in, and before that. */
  #judgeDeliveries(account: ValueAccount, key: Key | undefined, findings: Findings): void {
    const { enqueues, acknowledged, deliveries } = account;
    let justified = 0;
    for (const delivery of deliveries) {
      const enqueue = enqueues[justified];
      if (enqueue !== undefined && enqueue.invoke.index < endOf(delivery)) {
        justified += 1;
      } else if (enqueue === undefined && enqueues.length > 0) {
        this.tally.duplicated += 1;
        findings.add('duplicated', () => duplicated(account, delivery, key));
      } else {
        this.tally.unexpected += 1;
        findings.add('unexpected', () => unexpected(account, delivery, key));
      }
    }
    this.tally.recovered += Math.max(0, justified - acknowledged.length);
  }

  tooLittle(): string | undefined {
    const { acknowledged, remaining } = this.tally;
    if (acknowledged === 0) return 'nothing was accepted by a queue';
    if (remaining === 0) return undefined;
    return `${remaining} values were accepted and did not come out, and no drain or empty dequeue that began afterwards was answered: let the history end with a drain`;
  }

  details() {
    return { ...this.tally };
  }
}

const show = ({ value }: ValueAccount): string => JSON.stringify(value) ?? 'nothing';

const lostValue = (
  { enqueue, emptied, account }: Missing,
  unaccounted: number,
  key: Key | undefined,
  { unknownTakes }: QueueAccounts,
) => {
  const others =
    unknownTakes.length === 0
      ? ''
      : ` ${unknownTakes.length} takes have an unknown outcome; they explain ${unaccounted} values that are missing, and not this many.`;
  return proven(
    `Value ${show(account)}${ofKey(key)} is lost: it was accepted, a ${emptied.invoke.f} that began afterwards left the queue empty, and nobody ever got it.${others}`,
    [enqueue, emptied],
    emptied,
  );
};

const duplicated = (account: ValueAccount, delivery: Pair, key: Key | undefined) =>
  proven(
    `Value ${show(account)}${ofKey(key)} came out ${account.deliveries.length} times, and was put in ${times(account.enqueues.length)}.`,
    [...account.enqueues, ...account.deliveries],
    delivery,
  );

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

const unexpected = (account: ValueAccount, delivery: Pair, key: Key | undefined) => {
  const { enqueues, attempts } = account;
  const why =
    attempts === 0
      ? 'nobody ever put it in'
      : enqueues.length === 0
        ? 'every attempt to put it in had failed'
        : 'nobody had asked to put it in by then';
  return proven(
    `Value ${show(account)}${ofKey(key)} came out, but ${why}.`,
    [...enqueues, delivery],
    delivery,
  );
};

function checkOperation({ invoke, completion }: Pair): void {
  const { f, value, index } = invoke;
  if (f === 'enqueue' && value !== undefined && value !== null) return;
  if (f === 'dequeue') return;
  const isList = completion?.type !== 'ok' || Array.isArray(completion.value);
  if (f === 'drain' && isList) return;
  if (f === 'take' && Number.isSafeInteger(value) && Number(value) > 0 && isList) return;
  throw new BadInput(
    `operation ${index}: ${f} ${JSON.stringify(f === 'drain' ? completion?.value : value) ?? 'of nothing'} is nothing that total-queue has. Allowed: enqueue of a value, dequeue (a value, or null for empty), take of a count (a list of so many at most), drain (the list of all that was left). Choose the model that fits the history.`,
  );
}

/** `check` throws BadInput for operations other than `enqueue`, `dequeue`, `take` and `drain`. */
export const totalQueue = (options: ObjectsOptions = {}): Checker => ({
  name: 'total-queue',
  summary: 'queues that are drained: whatever was accepted comes out, once, and nothing else does',
  check: (context) => judgeObjects(context, new TotalQueue(), new Findings(), options),
});
