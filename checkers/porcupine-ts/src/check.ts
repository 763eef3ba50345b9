/** Decides a history: partition by partition, a slice of steps for each in turn, so that no hard one starves the others. */

import { Budget, OutOfTime } from './budget.ts';
import type { Model } from './model.ts';
import type { Operation } from './operation.ts';
import { type Part, partitions } from './partitions.ts';
import type {
  CheckOptions,
  CheckResult,
  PartitionResult,
  UnknownReason,
  Verdict,
} from './result.ts';
import { problem } from './search/problem.ts';
import { Search } from './search/search.ts';

/** Steps for each partition in the first round; doubled in every round. */
const firstSliceSteps = 2048;
/** Steps between looks at the clock. */
const stepsPerLook = 256;

/** The model as if nothing optional but its notion of equality had been given. */
function withoutHints<State, Input, Output>(
  model: Model<State, Input, Output>,
): Model<State, Input, Output> {
  return {
    init: () => model.init(),
    step: (state, input, output) => model.step(state, input, output),
    ...(model.equal === undefined ? {} : { equal: model.equal.bind(model) }),
    ...(model.hash === undefined ? {} : { hash: model.hash.bind(model) }),
    ...(model.partition === undefined ? {} : { partition: model.partition.bind(model) }),
  };
}

/** The decision of one partition, from nothing to a result. */
class Trial<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #part: Part<Input, Output>;
  /** Made on the first turn, dropped with the result: many partitions need little memory. */
  #search: Search<State, Input, Output> | undefined;
  #result: PartitionResult<State, Input, Output> | undefined;
  #steps = 0;

  constructor(model: Model<State, Input, Output>, part: Part<Input, Output>) {
    this.#model = model;
    this.#part = part;
  }

  get steps(): number {
    return this.#search?.steps ?? this.#steps;
  }

  get verdict(): Verdict {
    return this.#result?.verdict ?? 'unknown';
  }

  /** Goes on for so many steps; stops early when decided. Throws OutOfTime. */
  run(steps: number, memoryLimitBytes: number, look: () => void): void {
    this.#search ??= new Search(problem(this.#model, this.#part.operations, look));
    const until = this.#search.steps + steps;
    while (this.#search.steps < until) {
      look();
      const end = this.#search.run(stepsPerLook, memoryLimitBytes);
      if (end === 'paused') continue;
      this.#decide(this.#search, end);
      return;
    }
  }

  result(reason: UnknownReason): PartitionResult<State, Input, Output> {
    if (this.#result !== undefined) return this.#result;
    const partialLinearizations = [this.#search?.order() ?? []];
    return { ...this.#about(), verdict: 'unknown', reason, partialLinearizations };
  }

  #about() {
    const { key, operations } = this.#part;
    return { ...(key === undefined ? {} : { key }), operations, steps: this.steps };
  }

  #decide(search: Search<State, Input, Output>, verdict: 'ok' | 'illegal'): void {
    const about = this.#about();
    this.#result =
      verdict === 'ok'
        ? { ...about, verdict, linearization: search.order() }
        : {
            ...about,
            verdict,
            partialLinearizations: [search.order()],
            blocked: search.blocked(),
            statesBefore: search.statesBefore(),
          };
    this.#steps = search.steps;
    this.#search = undefined;
  }
}

class Check<State, Input, Output> {
  readonly #options: CheckOptions;
  readonly #budget: Budget;
  #trials: readonly Trial<State, Input, Output>[] = [];
  #undecided: readonly Trial<State, Input, Output>[] = [];
  #anyIllegal = false;

  constructor(options: CheckOptions) {
    this.#options = options;
    this.#budget = new Budget(options);
  }

  run(
    model: Model<State, Input, Output>,
    history: readonly Operation<Input, Output>[],
  ): CheckResult<State, Input, Output> {
    let reason: UnknownReason = 'another-partition-is-illegal';
    try {
      const parts = partitions(model, history, this.#budget.tick);
      this.#trials = parts.map((part) => new Trial(model, part));
      this.#decideAll();
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      reason = 'time-limit';
      // Time was up before the history was split: one partition that nothing is known about.
      if (this.#trials.length === 0) {
        this.#trials = [new Trial(model, { key: undefined, operations: history })];
      }
    }
    const verdicts = this.#trials.map((trial) => trial.verdict);
    return {
      verdict: this.#anyIllegal ? 'illegal' : verdicts.includes('unknown') ? 'unknown' : 'ok',
      partitions: this.#trials.map((trial) => trial.result(reason)),
      steps: this.#steps(),
      elapsedMs: this.#budget.elapsedMs,
    };
  }

  #decideAll(): void {
    this.#undecided = this.#trials;
    for (let slice = firstSliceSteps; this.#undecided.length > 0; slice *= 2) {
      const share = Math.floor(this.#budget.memoryLimitBytes / this.#undecided.length);
      for (const trial of this.#undecided) {
        trial.run(slice, share, this.#look);
        this.#anyIllegal ||= trial.verdict === 'illegal';
        if (this.#anyIllegal && this.#options.exhaustive !== true) return;
      }
      this.#undecided = this.#undecided.filter((trial) => trial.verdict === 'unknown');
    }
  }

  readonly #look = (): void => {
    this.#budget.tick();
    if (this.#options.onProgress === undefined || !this.#budget.progressIsDue()) return;
    this.#options.onProgress({
      elapsedMs: this.#budget.elapsedMs,
      steps: this.#steps(),
      partitionsDecided: this.#trials.filter((trial) => trial.verdict !== 'unknown').length,
      partitions: this.#trials.length,
    });
  };

  #steps(): number {
    return this.#trials.reduce((sum, trial) => sum + trial.steps, 0);
  }
}

/**
 * Decides whether the history is linearizable with respect to the model. Blocks until it knows or a limit is reached.
 * Throws RangeError for an operation that returns before its call or a limit that is none, and whatever the model throws.
 */
export function check<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  options: CheckOptions = {},
): CheckResult<State, Input, Output> {
  const used = options.ignoreHints === true ? withoutHints(model) : model;
  return new Check<State, Input, Output>(options).run(used, history);
}
