/**
 * Counters: does each read return a sum that the adds around it allow? What was acknowledged before the read began counts; what
 * was asked for before the read was over may count; what failed, never.
 *
 *     add 5   |----|                     counts
 *     add -2            |---------|      may count
 *     read         |--[n]--|             3 <= n <= 5
 *
 * A necessary condition, in linear time and for any number of unknown outcomes. Whether all reads fit together is a question to
 * the model `counter`.
 */

import { BadInput } from '#src/errors';
import type { Key } from '#src/history/operation';
import type { Pair } from '#src/history/pairs';
import type { Checker } from './checker.ts';
import { Findings, ofKey, proven } from './objects/findings.ts';
import { judgeObjects, type ObjectJudge, type ObjectsOptions } from './objects/judge.ts';
import type { Budget } from './transactions/budget.ts';

export interface CounterOptions extends ObjectsOptions {
  /** What each counter is at first. Default 0. */
  readonly init?: number;
}

interface Tally {
  adds: number;
  reads: number;
}

/** Sums of the positive and of the negative amounts: those that count, and those that may. */
interface Sums {
  countUp: number;
  countDown: number;
  askedUp: number;
  askedDown: number;
  /** Of all amounts, for the error that rounding can make. */
  size: number;
  isWhole: boolean;
}

/** The lowest and the highest that a read may return. */
interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Sums of fractions, and of what is beyond the safe integers, differ with their order by less than this, for each unit that was added. */
const roundingError = 1e-9;

class CounterJudge implements ObjectJudge<Tally> {
  readonly bytesPerLine = 200;
  readonly tally: Tally = { adds: 0, reads: 0 };
  readonly #init: number;

  constructor(init: number) {
    this.#init = init;
  }

  judge(
    key: Key | undefined,
    operations: readonly Pair[],
    findings: Findings,
    budget: Budget,
  ): void {
    for (const pair of operations) checkOperation(pair);
    const sums = {
      countUp: 0,
      countDown: 0,
      askedUp: 0,
      askedDown: 0,
      size: Math.abs(this.#init),
      isWhole: Number.isInteger(this.#init),
    };
    const ends = operations
      .filter(({ completion }) => completion?.type === 'ok')
      .sort((a, b) => (a.completion?.index ?? 0) - (b.completion?.index ?? 0));
    /** What counts when a read begins. */
    const begun = new Map<Pair, { readonly up: number; readonly down: number }>();
    let ended = 0;
    const endUntil = (index: number): void => {
      for (; ended < ends.length; ended += 1) {
        const pair = ends[ended] as Pair;
        if ((pair.completion?.index ?? 0) > index) return;
        budget.step();
        if (pair.invoke.f === 'add') count(sums, amountOf(pair));
        else this.#judgeRead(pair, sums, begun, { key, operations, findings });
      }
    };
    for (const pair of operations) {
      budget.step();
      endUntil(pair.invoke.index);
      if (pair.invoke.f === 'read') begun.set(pair, { up: sums.countUp, down: sums.countDown });
      else if (pair.completion?.type !== 'fail') ask(sums, amountOf(pair));
    }
    endUntil(Number.POSITIVE_INFINITY);
    this.tally.adds += operations.filter(({ invoke }) => invoke.f === 'add').length;
  }

  #judgeRead(
    read: Pair,
    sums: Sums,
    begun: Map<Pair, { readonly up: number; readonly down: number }>,
    {
      key,
      operations,
      findings,
    }: {
      readonly key: Key | undefined;
      readonly operations: readonly Pair[];
      readonly findings: Findings;
    },
  ): void {
    const at = begun.get(read);
    begun.delete(read);
    const told = read.completion?.value;
    if (at === undefined || typeof told !== 'number') return;
    this.tally.reads += 1;
    const bounds = {
      low: this.#init + at.up + sums.askedDown,
      high: this.#init + sums.askedUp + at.down,
    };
    const isExact = sums.isWhole && sums.size <= Number.MAX_SAFE_INTEGER;
    const tolerance = isExact ? 0 : sums.size * roundingError;
    if (told < bounds.low - tolerance) {
      findings.add('counter-too-low', () => outside(read, bounds, 'below', key, operations));
    } else if (told > bounds.high + tolerance) {
      findings.add('counter-too-high', () => outside(read, bounds, 'above', key, operations));
    }
  }

  tooLittle(): string | undefined {
    return this.tally.reads === 0 ? 'no read of a counter was answered' : undefined;
  }

  details() {
    return { ...this.tally };
  }
}

const amountOf = ({ invoke }: Pair): number => Number(invoke.value);

function count(sums: Sums, amount: number): void {
  if (amount > 0) sums.countUp += amount;
  else sums.countDown += amount;
}

function ask(sums: Sums, amount: number): void {
  if (amount > 0) sums.askedUp += amount;
  else sums.askedDown += amount;
  sums.size += Math.abs(amount);
  sums.isWhole &&= Number.isInteger(amount);
}

function outside(
  read: Pair,
  { low, high }: Bounds,
  side: 'below' | 'above',
  key: Key | undefined,
  operations: readonly Pair[],
) {
  const began = read.invoke.index;
  const over = read.completion?.index ?? 0;
  const adds = operations.filter(
    ({ invoke, completion }) => invoke.f === 'add' && completion?.type !== 'fail',
  );
  const isCertain = ({ completion }: Pair): boolean =>
    completion?.type === 'ok' && completion.index < began;
  const certain = adds.filter(isCertain);
  const possible = adds.filter((pair) => !isCertain(pair) && pair.invoke.index < over);
  const told = String(read.completion?.value);
  return proven(
    `A read${ofKey(key)} returned ${told}, ${side} all that it can be: ${certain.length} adds were acknowledged before it began, and ${possible.length} more may have counted by the time it was over; together they make ${low} to ${high}.`,
    [...certain.slice(-shownMax), ...possible.slice(-shownMax), read],
    read,
  );
}

/** Adds of each sort that are shown with a violation: the newest. */
const shownMax = 20;

function checkOperation({ invoke, completion }: Pair): void {
  const { f, value, index } = invoke;
  if (f === 'add' && typeof value === 'number' && Number.isFinite(value)) return;
  const answer = completion?.type === 'ok' ? completion.value : undefined;
  const isAnswer = answer === undefined || answer === null || typeof answer === 'number';
  if (f === 'read' && isAnswer) return;
  throw new BadInput(
    `operation ${index}: ${f} ${JSON.stringify(f === 'read' ? answer : value) ?? 'of nothing'} is nothing that a counter has. Allowed: add of a number, also a negative one, and read (a number). Choose the model that fits the history.`,
  );
}

/** `check` throws BadInput for operations other than `add` of a number and `read`. */
export const counter = ({ init = 0, ...options }: CounterOptions = {}): Checker => ({
  name: 'counter-bounds',
  summary: 'counters: each read is a sum that the adds before and around it allow',
  check: (context) => judgeObjects(context, new CounterJudge(init), new Findings(), options),
});
