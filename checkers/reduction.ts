/**
 * The search for the smallest part of a history that still shows an anomaly: who has to stay with whom, and what may be left out or need
 * not be looked at. Why that is sound is told in `reduce.ts`.
 */

import type { History, Operation } from '#src/history/operation';
import { type Pair, pairs } from '#src/history/pairs';
import type { Anomaly, Checker } from './checker.ts';

/** What an operation is to others, for one checker. Tags are texts such as `x=3`. */
export interface ReductionRule {
  readonly leaves: (pair: Pair) => readonly string[];
  readonly observes: (pair: Pair) => readonly string[];
  /** The objects that it is about, as texts. With it, who saw a change is looked for among those that are about the same. */
  readonly about?: (pair: Pair) => readonly string[];
  /** The same operation, of whose answer only that there was one is known: it observes nothing. Undefined where there is no such thing. */
  readonly unread?: (pair: Pair) => Pair | undefined;
}

/** What is left, and the anomaly that it still shows. */
export interface Reduced {
  readonly history: History;
  readonly anomaly: Anomaly;
  /** Whether nothing more may go, or time was up before that was known. */
  readonly isSmallest: boolean;
}

export interface ReductionTask {
  readonly checker: Checker;
  readonly rule: ReductionRule;
  readonly timeLimitMs: number;
}

/** Operations in the order of their invocations, and what they show. */
type Shown = readonly [kept: readonly Pair[], anomaly: Anomaly];

const isSame = (one: Pair, other: Pair): boolean => one.invoke === other.invoke;

class Reduction {
  readonly #checker: Checker;
  readonly #rule: ReductionRule;
  readonly #name: string;
  readonly #endMs: number;
  /** For each tag, who leaves it. */
  readonly #leavers = new Map<string, Pair[]>();

  constructor({ checker, rule }: ReductionTask, all: readonly Pair[], name: string, endMs: number) {
    this.#checker = checker;
    this.#rule = rule;
    this.#name = name;
    this.#endMs = endMs;
    for (const pair of all) {
      for (const tag of rule.leaves(pair)) {
        const leavers = this.#leavers.get(tag);
        if (leavers === undefined) this.#leavers.set(tag, [pair]);
        else leavers.push(pair);
      }
    }
  }

  get isLate(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** With everybody who left something that these observe. What those observed themselves is not looked at, where that can be. */
  closed(wanted: Iterable<Pair>): readonly Pair[] {
    const kept = new Map<Operation, Pair>();
    for (const pair of wanted) kept.set(pair.invoke, pair);
    for (const pair of kept.values()) {
      for (const tag of this.#rule.observes(pair)) {
        for (const leaver of this.#leavers.get(tag) ?? []) {
          if (kept.has(leaver.invoke)) continue;
          kept.set(leaver.invoke, this.#rule.unread?.(leaver) ?? leaver);
        }
      }
    }
    return [...kept.values()].sort((a, b) => a.invoke.index - b.invoke.index);
  }

  /**
   * With a few more that have seen what these left: an order of versions is known only to who has seen them. First those that have
   * seen the most of it; of equals those that have seen the least besides.
   */
  withWitnesses(named: readonly Pair[], all: readonly Pair[]): readonly Pair[] {
    const { observes, leaves, about } = this.#rule;
    if (about === undefined) return named;
    const objects = new Set(named.flatMap(about));
    const unseen = new Set(named.flatMap(leaves));
    const near = all.filter((pair) => about(pair).some((object) => objects.has(object)));
    const seen = near.map((pair) => ({ pair, tags: new Set(observes(pair)) }));
    const chosen: Pair[] = [];
    for (;;) {
      let best: (typeof seen)[number] | undefined;
      let most = 0;
      for (const one of seen) {
        const count = one.tags.intersection(unseen).size;
        const isBetter = count === most && one.tags.size < (best?.tags.size ?? 0);
        if (count > most || isBetter) [best, most] = [one, count];
      }
      if (best === undefined || most === 0 || this.isLate) return [...named, ...chosen];
      chosen.push(best.pair);
      for (const tag of best.tags) unseen.delete(tag);
    }
  }

  /** The anomaly of the same name that these alone show. */
  async shows(kept: readonly Pair[]): Promise<Anomaly | undefined> {
    const timeLimitMs = this.#endMs - performance.now();
    if (timeLimitMs <= 0) return undefined;
    const result = await this.#checker.check({ history: linesOf(kept), timeLimitMs });
    if (result.valid !== false) return undefined;
    return result.anomalies?.find(({ name }) => name === this.#name);
  }

  /** Leaves out halves, quarters, ... down to single operations, until a whole pass over single ones finds nothing. */
  async shrink([start, proof]: Shown): Promise<Shown> {
    let best: Shown = [start, proof];
    for (let size = Math.ceil(start.length / 2); size >= 1 && !this.isLate; ) {
      const [before] = best;
      for (let end = before.length; end > 0 && !this.isLate; end -= size) {
        const leaving = best[0].slice(Math.max(0, end - size), end);
        best = (await this.#without(best, leaving)) ?? best;
      }
      if (size > 1) size = Math.floor(size / 2);
      else if (best[0] === before) break;
    }
    return best;
  }

  /** What is left without these, or, of a single one, without looking at what it observed; undefined: that shows nothing. */
  async #without([kept]: Shown, leaving: readonly Pair[]): Promise<Shown | undefined> {
    const rest = this.closed(kept.filter((pair) => !leaving.includes(pair)));
    const shown = rest.length < kept.length ? await this.shows(rest) : undefined;
    if (shown !== undefined) return [rest, shown];
    const [only] = leaving;
    const blind = leaving.length === 1 && only !== undefined ? this.#unread(only) : undefined;
    if (blind === undefined) return undefined;
    const others = this.closed(kept.map((pair) => (isSame(pair, blind) ? blind : pair)));
    const still = await this.shows(others);
    return still === undefined ? undefined : [others, still];
  }

  /** Undefined where it makes no difference. */
  #unread(pair: Pair): Pair | undefined {
    return this.#rule.observes(pair).length === 0 ? undefined : this.#rule.unread?.(pair);
  }
}

const linesOf = (kept: readonly Pair[]): Operation[] =>
  kept
    .flatMap(({ invoke, completion }) => [invoke, completion])
    .filter((op) => op !== undefined)
    .sort((a, b) => a.index - b.index);

/** The smallest part of a violating history that still shows an anomaly of this name; undefined when time was up before that was seen. */
export async function reduceHistory(
  history: History,
  anomaly: Anomaly,
  task: ReductionTask,
): Promise<Reduced | undefined> {
  const endMs = performance.now() + task.timeLimitMs;
  const { impossible } = anomaly;
  // What came after the impossible operation is mostly not needed.
  if (impossible !== undefined) {
    const beginning = history.filter(({ index }) => index <= impossible);
    const reduced = await reducePart(pairs(beginning), anomaly, task, endMs);
    if (reduced !== undefined) return reduced;
  }
  return reducePart(pairs(history), anomaly, task, endMs);
}

async function reducePart(
  all: readonly Pair[],
  anomaly: Anomaly,
  task: ReductionTask,
  endMs: number,
): Promise<Reduced | undefined> {
  const named = new Set(anomaly.operations.map(({ index }) => index));
  const proof = all.filter(
    ({ invoke, completion }) => named.has(invoke.index) || named.has(completion?.index ?? -1),
  );
  const near = nearby(proof, all, task.rule);
  const among = new Reduction(task, near, anomaly.name, endMs);
  // Mostly the anomaly names all that matters already, or all but those who know the order.
  const reduced =
    (await smallest(among, proof)) ?? (await smallest(among, among.withWitnesses(proof, near)));
  if (reduced !== undefined || performance.now() >= endMs) return reduced;
  return smallest(new Reduction(task, all, anomaly.name, endMs), all);
}

/** Of these, with whom they need, the fewest that show it; undefined: they do not. */
async function smallest(
  reduction: Reduction,
  guess: readonly Pair[],
): Promise<Reduced | undefined> {
  const kept = reduction.closed(guess);
  const shown = await reduction.shows(kept);
  if (shown === undefined) return undefined;
  const [few, anomaly] = await reduction.shrink([kept, shown]);
  return { history: linesOf(few), anomaly, isSmallest: !reduction.isLate };
}

/** Those that are about the same objects as these, and those that are about the same as those: more are seldom needed. */
function nearby(
  these: readonly Pair[],
  all: readonly Pair[],
  { about }: ReductionRule,
): readonly Pair[] {
  if (about === undefined) return all;
  const aboutAny = (objects: ReadonlySet<string>): readonly Pair[] =>
    all.filter((pair) => about(pair).some((object) => objects.has(object)));
  const first = aboutAny(new Set(these.flatMap(about)));
  return aboutAny(new Set(first.flatMap(about)));
}
