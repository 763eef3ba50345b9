/** Anomalies as they are found: all are counted, a few of each name are shown. */

import type { Operation } from '#src/history/operation';
import type { Pair } from '#src/history/pairs';
import type { Anomaly } from '../checker.ts';
import { did, span } from '../linearizable/explain.ts';

/** Anomalies of one name that are shown: the next example explains nothing that these did not. */
const examplesMax = 8;

/** Operations that are told one by one; more are left out of the middle. */
const toldMax = 12;

export class Findings {
  readonly #counts = new Map<string, number>();
  readonly #shown: Anomaly[] = [];

  /** Counts an anomaly, and shows it if there are few of its name so far. `times`: how many it stands for. */
  add(name: string, example: () => Omit<Anomaly, 'name'>, times = 1): void {
    const before = this.#counts.get(name) ?? 0;
    this.#counts.set(name, before + times);
    const shown = this.#shown.filter((anomaly) => anomaly.name === name).length;
    if (shown < examplesMax) this.#shown.push({ name, ...example() });
  }

  get count(): number {
    return this.#counts.values().reduce((sum, count) => sum + count, 0);
  }

  /** How many there are of each name. */
  get byName(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  get anomalies(): readonly Anomaly[] {
    return this.#shown;
  }

  /** `2 lost, 1 stale`. */
  inWords(): string {
    return [...this.#counts].map(([name, count]) => `${count} ${name}`).join(', ');
  }
}

/** Invocations and completions of some pairs, in the order of the history, each once. */
export function linesOf(involved: readonly Pair[]): readonly Operation[] {
  const lines = new Map<number, Operation>();
  for (const { invoke, completion } of involved) {
    lines.set(invoke.index, invoke);
    if (completion !== undefined) lines.set(completion.index, completion);
  }
  return [...lines.values()].sort((a, b) => a.index - b.index);
}

/** A sentence, and what was done, one line per operation. */
export function story(sentence: string, involved: readonly Pair[]): string {
  const ordered = [...new Set(involved)].sort((a, b) => a.invoke.index - b.invoke.index);
  const lines = ordered.map((pair) => `  ${shortened(did(pair))}, ${span(pair)}`);
  const half = toldMax / 2;
  const told =
    lines.length <= toldMax
      ? lines
      : [
          ...lines.slice(0, half),
          `  ... and ${lines.length - toldMax} more ...`,
          ...lines.slice(-half),
        ];
  return [sentence, ...told].join('\n');
}

/** Reads of large objects are as long as the object. */
const textMax = 160;

function shortened(text: string): string {
  if (text.length <= textMax) return text;
  const half = textMax / 2;
  return `${text.slice(0, half)} ... ${text.slice(-half)}`;
}

/** An anomaly that consists of a sentence and the operations that prove it. `impossible`: the one that fits nowhere. */
export const proven = (
  sentence: string,
  involved: readonly Pair[],
  impossible?: Pair,
): Omit<Anomaly, 'name'> => ({
  explanation: story(sentence, involved),
  operations: linesOf(involved),
  ...(impossible === undefined
    ? {}
    : { impossible: (impossible.completion ?? impossible.invoke).index }),
});

/** ` of key "k3"`, or nothing where there is only one object. */
export const ofKey = (key: unknown): string =>
  key === undefined ? '' : ` of key ${JSON.stringify(key)}`;

/** The position at which an operation was over: never, when its outcome is not known. */
export const endOf = ({ completion }: Pair): number =>
  completion?.type === 'ok' ? completion.index : Number.POSITIVE_INFINITY;
