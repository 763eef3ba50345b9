/**
 * Is the history linearizable: does it look as if every operation took effect at one moment between its request and its
 * answer? Decided by porcupine-ts, key by key.
 *
 * Failed operations did not happen and are left out. Operations with an unknown outcome, and those that were never answered,
 * may have happened at any later time or never. Reads that learnt nothing are left out. The order of the lines of a
 * history is the order of events: an operation is before another when its completion stands above the other's invocation.
 */

import {
  type CheckResult as Checked,
  check,
  type IllegalPartition,
  type Operation as Interval,
  keyed,
  type Model,
} from 'porcupine-ts';
import { BadInput } from '#src/errors';
import type { History, Key } from '#src/history/operation';
import { type Pair, pairs } from '#src/history/pairs';
import type { Anomaly, CheckContext, Checker, CheckResult } from './checker.ts';
import { collectionKinds } from './linearizable/collections.ts';
import { explain } from './linearizable/explain.ts';
import { kvKind } from './linearizable/kv.ts';
import { reduce } from './linearizable/reduce.ts';
import { registerKinds } from './linearizable/registers.ts';
import { storeKind } from './linearizable/store.ts';
import type { Subject, SubjectKind } from './linearizable/subject.ts';
import { weakerSentence, weakerThanLinearizable } from './weaker.ts';

export type { Subject, SubjectKind } from './linearizable/subject.ts';

/** What can be judged, by name. */
export const linearizableModels: ReadonlyMap<string, SubjectKind> = new Map(
  [...registerKinds, kvKind, ...collectionKinds, storeKind].map((kind) => [kind.name, kind]),
);

/** The kind of object that goes by this name. Throws BadInput that lists the names. */
export function linearizableModel(name: string): SubjectKind {
  const kind = linearizableModels.get(name);
  if (kind !== undefined) return kind;
  throw new BadInput(
    `unknown model ${JSON.stringify(name)}. Allowed: ${[...linearizableModels.keys()].join(', ')}.`,
  );
}

export interface LinearizableOptions {
  /** A name of `linearizableModels`. */
  readonly model: string;
  /** What each object holds at first. Default: null for registers, the empty text for kv, nothing for the others. */
  readonly init?: unknown;
  /** Told what porcupine-ts said, before it is put into words. */
  readonly onChecked?: (evidence: LinearizableEvidence) => void;
}

/** All that a drawing of the verdict needs. Times are positions in the history. */
export interface LinearizableEvidence {
  /** Describes operations without their key, which the parts have. */
  readonly model: Model<unknown, KeyedInput, unknown>;
  readonly intervals: readonly HistoryInterval[];
  readonly result: Checked<unknown, KeyedInput, unknown>;
}

/** Verdict with evidence, and how far it got. */
export interface LinearizableResult extends CheckResult {
  readonly model: string;
  /** Operations that the verdict rests on. */
  readonly checkedOperations: number;
  /** Reads whose answer says nothing: unknown, or nil where the object does not start as nil. */
  readonly readsThatLearntNothing: number;
  /** Independent objects, and how many of them are decided. */
  readonly keys: number;
  readonly keysDecided: number;
  /** Configurations tried. */
  readonly steps: number;
}

type KeyedInput = { readonly key: Key; readonly input: unknown };
type HistoryInterval = Interval<KeyedInput, unknown>;

interface Translation {
  readonly intervals: readonly HistoryInterval[];
  /** By the `id` of the interval, which is the index of the invocation. */
  readonly pairs: ReadonlyMap<string | number, Pair>;
  readonly readsThatLearntNothing: number;
}

/** The object of operations without a key. No history calls a key this. */
const theOnlyKey = '\0no key';

/** Explaining may take this share of the time that is left, and never longer than this. */
const explanationShare = 0.5;
const explanationMsMax = 1000;
/** So long, in ms, may be asked which weaker models hold. */
const weakerMsMax = 2000;
/** Violations that are explained; the others are counted. */
const anomaliesMax = 10;
/** Operations of an anomaly that are named: the latest. More prove no more to a reader. */
const involvedMax = 50;

function translate(subject: Subject, history: History): Translation {
  const intervals: HistoryInterval[] = [];
  const byId = new Map<string | number, Pair>();
  let readsThatLearntNothing = 0;
  for (const pair of pairs(history)) {
    const { invoke, completion } = pair;
    if (completion?.type === 'fail') continue;
    const { input, output, idle } = subject.translate(pair);
    if (idle) {
      if (completion?.type === 'ok') readsThatLearntNothing += 1;
      continue;
    }
    const called = {
      id: invoke.index,
      client: invoke.process,
      input: { key: subject.keyOf(invoke) ?? theOnlyKey, input },
      call: invoke.index,
    };
    byId.set(invoke.index, pair);
    intervals.push(
      completion?.type === 'ok'
        ? { ...called, kind: 'completed', output, return: completion.index }
        : { ...called, kind: 'unknown' },
    );
  }
  return { intervals, pairs: byId, readsThatLearntNothing };
}

function evidence(
  { model }: Subject,
  intervals: readonly HistoryInterval[],
  result: Checked<unknown, KeyedInput, unknown>,
): LinearizableEvidence {
  const describe = model.describe?.bind(model);
  const partitions = result.partitions.map((part) => {
    const { key, ...rest } = part;
    return key === theOnlyKey ? rest : part;
  });
  return {
    model: {
      ...keyed(model),
      ...(describe && { describe: ({ input }, output) => describe(input, output) }),
    },
    intervals,
    result: { ...result, partitions },
  };
}

class Judge {
  readonly #kind: SubjectKind;
  readonly #subject: Subject;
  readonly #init: unknown;
  readonly #endMs: number;
  readonly #onChecked: LinearizableOptions['onChecked'];

  constructor(
    kind: SubjectKind,
    subject: Subject,
    timeLimitMs: number,
    { init, onChecked }: Pick<LinearizableOptions, 'init' | 'onChecked'>,
  ) {
    this.#onChecked = onChecked;
    this.#init = init;
    this.#kind = kind;
    this.#subject = subject;
    this.#endMs = performance.now() + timeLimitMs;
  }

  judge(history: History): LinearizableResult {
    const translation = translate(this.#subject, history);
    const { intervals, readsThatLearntNothing } = translation;
    const timeLimitMs = Math.max(1, this.#endMs - performance.now());
    const result = check(keyed(this.#subject.model), intervals, {
      timeLimitMs,
      // All keys that can be judged at little cost are counted and explained.
      exhaustive: 'cheap',
    });
    this.#onChecked?.(evidence(this.#subject, intervals, result));
    const undecided = result.partitions.filter((part) => part.verdict === 'unknown');
    const illegal = result.partitions.filter((part) => part.verdict === 'illegal');
    const keys = result.partitions.length;
    const about = {
      model: this.#kind.name,
      checkedOperations: intervals.length,
      readsThatLearntNothing,
      keys,
      keysDecided: keys - undecided.length,
      steps: result.steps,
    };
    switch (result.verdict) {
      case 'ok':
        return { valid: true, ...about };
      case 'unknown': {
        const reason = `the time limit was reached with ${about.keysDecided} of ${keys} keys decided`;
        return { valid: 'unknown', reason, ...about };
      }
      case 'illegal': {
        const objects = keys === 1 ? 'the object' : `${illegal.length} of ${keys} keys`;
        const reason = `${objects} ${illegal.length === 1 ? 'is' : 'are'} not linearizable`;
        const told = illegal.slice(0, anomaliesMax).map((part) => this.#anomaly(part, translation));
        return { valid: false, reason, ...this.#withWeaker(history, told), ...about };
      }
    }
  }

  /** The anomalies, of which the first tells what still holds; of registers alone. */
  #withWeaker(history: History, anomalies: readonly Anomaly[]) {
    const { initials } = this.#kind;
    if (initials === undefined) return { anomalies };
    const left = this.#endMs - performance.now();
    const limitMs = Math.max(0, Math.min(weakerMsMax, left * explanationShare));
    const { stillHolds, ruledOut, undecided } = weakerThanLinearizable(
      history,
      initials(this.#init),
      limitMs,
    );
    const sentence = weakerSentence({ stillHolds, ruledOut, undecided });
    const [first, ...others] = anomalies;
    if (first === undefined || sentence === '')
      return { anomalies, stillHolds, ruledOut, undecided };
    const explained = { ...first, explanation: `${first.explanation}\n${sentence}` };
    return { anomalies: [explained, ...others], stillHolds, ruledOut, undecided };
  }

  #anomaly(
    part: IllegalPartition<unknown, KeyedInput, unknown>,
    translation: Translation,
  ): Anomaly {
    const model = keyed(this.#subject.model);
    const left = this.#endMs - performance.now();
    const timeLimitMs = Math.min(explanationMsMax, left * explanationShare);
    const few =
      this.#conflict(part, timeLimitMs) ?? reduce(model, part.operations, part, { timeLimitMs });
    // The smaller part has its own first impossible operation, and states that can be followed by eye.
    const again = check(model, few, { timeLimitMs: Math.max(1, timeLimitMs) }).partitions[0];
    const shown = again?.verdict === 'illegal' ? again : part;
    const pairOf = (op: { readonly id?: string | number }): Pair =>
      translation.pairs.get(op.id ?? '') as Pair;
    const impossible = pairOf(shown.blocked);
    const involved = shown.operations.map(pairOf);
    const explanation = explain({
      object: this.#nameOf(part.key, translation),
      impossible,
      involved,
      possibleStates: shown.statesBefore.map(
        (state) => this.#subject.model.describeState?.(state) ?? String(state),
      ),
      isReduced: shown !== part,
    });
    return {
      name: 'nonlinearizable',
      explanation,
      operations: involved
        .slice(-involvedMax)
        .flatMap(({ invoke, completion }) => [invoke, ...(completion ? [completion] : [])])
        .sort((a, b) => a.index - b.index),
      impossible: (impossible.completion ?? impossible.invoke).index,
    };
  }

  /** The few operations that the checker itself blames, if they are enough to see it. */
  #conflict(
    { conflict }: IllegalPartition<unknown, KeyedInput, unknown>,
    timeLimitMs: number,
  ): readonly HistoryInterval[] | undefined {
    if (conflict === undefined) return undefined;
    const limit = { timeLimitMs: Math.max(1, timeLimitMs) };
    const isEnough = check(keyed(this.#subject.model), conflict, limit).verdict === 'illegal';
    return isEnough ? conflict : undefined;
  }

  #nameOf(key: Key | undefined, { pairs: all }: Translation): string {
    const isKeyed = all.values().some(({ invoke }) => this.#subject.keyOf(invoke) !== undefined);
    return isKeyed ? `key ${JSON.stringify(key)}` : `the ${this.#kind.name}`;
  }
}

/**
 * The checker for one kind of object. Throws BadInput for an unknown model or an initial value that it cannot have;
 * `check` throws BadInput for operations that the model does not have.
 */
export function linearizable(options: LinearizableOptions): Checker {
  const kind = linearizableModel(options.model);
  const subject = kind.create(options.init);
  return {
    name: 'linearizable',
    summary: 'every key looks as if each operation took effect at one moment',
    check: ({ history, timeLimitMs }: CheckContext) =>
      new Judge(kind, subject, timeLimitMs, options).judge(history),
  };
}
