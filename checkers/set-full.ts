/**
 * Sets that are added to and read as a whole: is each element in every read from the moment on at which it was known to be there?
 *
 *     add 3     |-------------|                  known: when the add was answered, or the first read that had it
 *     read           |--[3]--|                   was over, whichever came first
 *     read               |------[]------|        may miss it: it began before that
 *     read                           |--[]--|    must not: stale if a read that began later has it, else lost
 *
 * Per element this is exact: without an anomaly there is one moment, within an add, before which no read has it and from which
 * on every read has it. Whether the moments of all elements fit together is a question to the model `set`. Linear in the
 * history with what its reads returned.
 */

import { BadInput } from '#src/errors';
import type { Key } from '#src/history/operation';
import type { Pair } from '#src/history/pairs';
import type { Checker } from './checker.ts';
import { type Element, elementsOf, type ReadOfSet } from './objects/elements.ts';
import { endOf, Findings, ofKey, proven } from './objects/findings.ts';
import { judgeObjects, type ObjectJudge, type ObjectsOptions } from './objects/judge.ts';
import { spread } from './objects/spread.ts';
import type { Budget } from './transactions/budget.ts';

export interface SetFullOptions extends ObjectsOptions {
  /** Whether a read that misses an element which later reads have is only counted: for sets that promise no more than to show it some time. Default false. */
  readonly mayBeStale?: boolean;
}

interface Tally {
  attempted: number;
  acknowledged: number;
  /** In every read that began last: there to stay. */
  stable: number;
  /** Stable, and read without it after it was known. */
  stale: number;
  lost: number;
  /** Acknowledged, and no read began afterwards. */
  neverRead: number;
  /** Read although its add was not acknowledged: it happened. */
  recovered: number;
  duplicated: number;
  unexpected: number;
}

class SetFull implements ObjectJudge<Tally> {
  readonly bytesPerLine = 250;
  readonly tally: Tally = {
    attempted: 0,
    acknowledged: 0,
    stable: 0,
    stale: 0,
    lost: 0,
    neverRead: 0,
    recovered: 0,
    duplicated: 0,
    unexpected: 0,
  };
  readonly #mayBeStale: boolean;
  /** ns from the moment it was known to the last read without it. */
  readonly #stableNs: number[] = [];
  /** ns from the moment it was known to the last read with it. */
  readonly #lostNs: number[] = [];

  constructor(mayBeStale: boolean) {
    this.#mayBeStale = mayBeStale;
  }

  judge(
    key: Key | undefined,
    operations: readonly Pair[],
    findings: Findings,
    budget: Budget,
  ): void {
    for (const pair of operations) checkOperation(pair);
    const elements = elementsOf(operations, budget, (element, read) => {
      this.tally.duplicated += 1;
      findings.add('duplicated', () => duplicated(element, read, key));
    });
    for (const element of elements) {
      budget.step();
      this.#judgeElement(element, key, findings);
    }
  }

  #judgeElement(element: Element, key: Key | undefined, findings: Findings): void {
    const { tally } = this;
    const { added, acknowledged, firstSeen } = element;
    if (element.attempts > 0) tally.attempted += 1;
    if (acknowledged !== undefined) tally.acknowledged += 1;
    else if (added !== undefined && firstSeen !== undefined) tally.recovered += 1;
    // Within one history, a read that was over before the first add was called saw what was not there.
    if (firstSeen !== undefined && (added?.invoke.index ?? Infinity) > endOf(firstSeen)) {
      tally.unexpected += 1;
      findings.add('unexpected', () => unexpected(element, firstSeen, key));
      return;
    }
    const known = knownSince(element);
    if (known === undefined) return;
    this.#judgeReads(element, known, key, findings);
  }

  #judgeReads(element: Element, known: Pair, key: Key | undefined, findings: Findings): void {
    const { lastAbsent, lastPresent } = element;
    const knownAt = endOf(known);
    const isMissed = lastAbsent !== undefined && lastAbsent.invoke.index > knownAt;
    const presentAt = lastPresent?.invoke.index ?? -1;
    if (isMissed && lastAbsent.invoke.index > presentAt) {
      this.tally.lost += 1;
      this.#lostNs.push(Math.max(0, (lastPresent?.invoke.time ?? 0) - timeOf(known)));
      findings.add('lost', () => lost(element, known, lastAbsent, key));
      return;
    }
    if (lastPresent === undefined) {
      this.tally.neverRead += 1;
      return;
    }
    this.tally.stable += 1;
    this.#stableNs.push(isMissed ? lastAbsent.invoke.time - timeOf(known) : 0);
    if (!isMissed) return;
    this.tally.stale += 1;
    if (!this.#mayBeStale) findings.add('stale', () => stale(element, known, lastAbsent, key));
  }

  tooLittle(): string | undefined {
    return this.tally.stable === 0
      ? 'no element was read after it was known to be there'
      : undefined;
  }

  details() {
    return {
      ...this.tally,
      stableLatencyMs: spread(this.#stableNs),
      lostLatencyMs: spread(this.#lostNs),
    };
  }
}

const timeOf = ({ invoke, completion }: Pair): number => (completion ?? invoke).time;

/** What was over first of the acknowledged add and a read that had it. */
function knownSince({ acknowledged, firstSeen }: Element): Pair | undefined {
  if (acknowledged === undefined || firstSeen === undefined) return acknowledged ?? firstSeen;
  return endOf(acknowledged) < endOf(firstSeen) ? acknowledged : firstSeen;
}

const show = ({ value }: Element): string => JSON.stringify(value) ?? 'nothing';

const present = (pairs: readonly (Pair | undefined)[]): Pair[] =>
  pairs.filter((pair) => pair !== undefined);

const lost = (element: Element, known: Pair, absent: Pair, key: Key | undefined) => {
  const { added, lastPresent } = element;
  const seen =
    lastPresent === undefined ? 'No read ever had it' : 'No read that began later has it either';
  return proven(
    `Element ${show(element)}${ofKey(key)} is lost: it was there at ${ms(known)} at the latest, and a read that began afterwards, at ${(absent.invoke.time / 1e6).toFixed(3)} ms, does not have it. ${seen}.`,
    present([added, known, lastPresent, absent]),
    absent,
  );
};

const stale = (element: Element, known: Pair, absent: Pair, key: Key | undefined) =>
  proven(
    `A read${ofKey(key)} is stale: element ${show(element)} was there at ${ms(known)} at the latest, a read that began ${((absent.invoke.time - timeOf(known)) / 1e6).toFixed(3)} ms later does not have it, and one that began after that has it again.`,
    present([element.added, known, absent, element.lastPresent]),
    absent,
  );

const ms = (pair: Pair): string => `${(timeOf(pair) / 1e6).toFixed(3)} ms`;

const unexpected = (element: Element, seen: Pair, key: Key | undefined) => {
  const { added, attempts } = element;
  const neverAdded = attempts === 0 ? 'nobody ever added it' : 'every add of it had failed';
  const why = added === undefined ? neverAdded : 'nobody had asked to add it by then';
  return proven(
    `A read${ofKey(key)} has element ${show(element)}, but ${why}.`,
    present([added, seen]),
    seen,
  );
};

const duplicated = (element: Element, { pair }: ReadOfSet, key: Key | undefined) =>
  proven(
    `A read${ofKey(key)} has element ${show(element)} more than once.`,
    present([element.added, pair]),
    pair,
  );

function checkOperation({ invoke, completion }: Pair): void {
  const { f, value, index } = invoke;
  if (f === 'add' && value !== undefined) return;
  const answer = completion?.type === 'ok' ? completion.value : undefined;
  if (f === 'read' && (answer === undefined || answer === null || Array.isArray(answer))) return;
  throw new BadInput(
    `operation ${index}: ${f} ${JSON.stringify(f === 'read' ? answer : value) ?? 'of nothing'} is nothing that set-full has. Allowed: add of an element, read (a list of elements). Choose the model that fits the history.`,
  );
}

/** `check` throws BadInput for operations other than `add` and `read`, and for reads of something that is no list. */
export const setFull = ({ mayBeStale = false, ...options }: SetFullOptions = {}): Checker => ({
  name: 'set-full',
  summary:
    'elements added to sets: none is lost, missed once it was there, there twice, or there unasked',
  check: (context) => judgeObjects(context, new SetFull(mayBeStale), new Findings(), options),
});
