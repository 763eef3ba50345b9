/** Ids that are given out on request: no id twice. */

import { BadInput } from '#src/errors';
import type { Pair } from '#src/history/pairs';
import type { Checker } from './checker.ts';
import { identity } from './identity.ts';
import { Findings, proven } from './objects/findings.ts';
import { judgeObjects, type ObjectJudge, type ObjectsOptions } from './objects/judge.ts';
import type { Budget } from './transactions/budget.ts';

interface Tally {
  /** Answers with an id. */
  acknowledged: number;
  attempted: number;
  lowest: unknown;
  highest: unknown;
}

class UniqueIds implements ObjectJudge<Tally> {
  readonly bytesPerLine = 150;
  readonly tally: Tally = {
    acknowledged: 0,
    attempted: 0,
    lowest: undefined,
    highest: undefined,
  };
  /** Over all keys: an id is unique in the world. */
  readonly #givenTo = new Map<unknown, Pair>();

  judge(_key: unknown, operations: readonly Pair[], findings: Findings, budget: Budget): void {
    for (const pair of operations) {
      budget.step();
      const { invoke, completion } = pair;
      if (invoke.f !== 'generate') throw noSuchOperation(pair);
      this.tally.attempted += 1;
      // An answer without a value tells nobody what the id was.
      if (completion?.type !== 'ok' || completion.value === undefined) continue;
      this.tally.acknowledged += 1;
      this.#range(completion.value);
      const id = identity(completion.value);
      const first = this.#givenTo.get(id);
      if (first === undefined) this.#givenTo.set(id, pair);
      else findings.add('duplicate-id', () => twice(first, pair), 1);
    }
  }

  #range(id: unknown): void {
    const { lowest, highest } = this.tally;
    if (typeof id !== 'number' && typeof id !== 'string') return;
    if (lowest === undefined || (typeof lowest === typeof id && id < (lowest as typeof id))) {
      this.tally.lowest = id;
    }
    if (highest === undefined || (typeof highest === typeof id && id > (highest as typeof id))) {
      this.tally.highest = id;
    }
  }

  tooLittle(): string | undefined {
    return this.tally.acknowledged === 0 ? 'no id was given out' : undefined;
  }

  details() {
    return { ...this.tally, distinct: this.#givenTo.size };
  }
}

const twice = (first: Pair, second: Pair) =>
  proven(
    `The id ${JSON.stringify(second.completion?.value)} was given out twice, to process ${first.invoke.process} and to process ${second.invoke.process}.`,
    [first, second],
    second,
  );

const noSuchOperation = ({ invoke }: Pair): BadInput =>
  new BadInput(
    `operation ${invoke.index}: ${invoke.f} is nothing that a source of ids has. Allowed: generate (an id). Choose the model that fits the history.`,
  );

/** Linear in the history. `check` throws BadInput for operations other than `generate`. */
export const uniqueIds = (options: ObjectsOptions = {}): Checker => ({
  name: 'unique-ids',
  summary: 'no id was given out twice',
  check: (context) => judgeObjects(context, new UniqueIds(), new Findings(), options),
});
