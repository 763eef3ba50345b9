/** A million operations as columns of small numbers. */

import { type Attempt, nodeOf } from '#src/metrics/attempts';
import { describe } from './evidence.ts';
import { emptyColumns } from './pack.ts';
import { plain, shorten } from './text.ts';
import type { OperationColumns } from './types.ts';

/** Characters of different texts that are kept; long lists in a long history would make the page too heavy to open. */
const textBudget = 12_000_000;

/** How many different names of operations, or of nodes, a column can tell apart. */
const namesMax = 65_535;

/** Gives every different string a number. */
class Names {
  readonly list: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #budget: number;
  #characters = 0;

  constructor(budget: number, first?: string) {
    this.#budget = budget;
    if (first !== undefined) this.number(first);
  }

  /** 0 when there is no room for one more. */
  number(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#characters += name.length;
    if (this.#characters > this.#budget) return 0;
    this.#numbers.set(name, this.list.length);
    return this.list.push(name) - 1;
  }
}

function textOf(attempt: Attempt): string {
  const error = attempt.completion?.error;
  const text = describe(attempt);
  return error === undefined ? text : `${text} — ${shorten(plain(error), 160)}`;
}

/** In order of invocation. Times are cut to whole ns, and a clock that goes back stands still. */
export function columnsOf(attempts: readonly Attempt[]): OperationColumns {
  const fNames = new Names(namesMax);
  const nodeNames = new Names(namesMax);
  const texts = new Names(textBudget, '(text left out: this history holds too much of it)');
  const columns = emptyColumns(attempts.length, {
    fNames: fNames.list,
    nodeNames: nodeNames.list,
    texts: texts.list,
  });
  let now = 0;
  let index = 0;
  attempts.forEach((attempt, at) => {
    const { invoke, completion } = attempt;
    now = Math.max(now, Math.round(invoke.time));
    index = Math.max(index, invoke.index);
    columns.invokeNs[at] = now;
    columns.latencyNs[at] =
      completion === undefined ? -1 : Math.max(0, Math.round(completion.time) - now);
    columns.outcome[at] = attempt.outcome === 'ok' ? 0 : attempt.outcome === 'fail' ? 1 : 2;
    columns.f[at] = fNames.number(shorten(plain(invoke.f), 40));
    columns.process[at] = typeof invoke.process === 'number' ? invoke.process : 0;
    columns.node[at] = nodeNames.number(shorten(plain(nodeOf(attempt)), 40));
    columns.index[at] = index;
    columns.text[at] = texts.number(textOf(attempt));
  });
  return columns;
}
