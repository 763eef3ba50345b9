/** Decides a history: partition by partition, a slice of steps for each in turn, so that no hard one starves the others. */

import { Budget, OutOfTime } from './budget.ts';
import { type Explanation, explained, explanationSteps, partialOrders } from './explanation.ts';
import { decideFast, type FastViolation } from './fast-path.ts';
import { lazily } from './lazily.ts';
import type { Model } from './model.ts';
import type { Operation } from './operation.ts';
import { type Part, partitions } from './partitions.ts';
import { decideRegister } from './register/register.ts';
import { type Walker, walker } from './register/walk.ts';
import type {
  CheckOptions,
  CheckResult,
  PartitionResult,
  UnknownReason,
  Verdict,
} from './result.ts';
import { explored } from './search/exploration.ts';
import { withIdle } from './search/idle.ts';
import { Portfolio } from './search/portfolio.ts';
import { type Problem, problem } from './search/problem.ts';
import { Violation } from './violation.ts';

/** Steps for each partition in the first round; doubled in every round. */
const firstSliceSteps = 2048;
/** A register of more operations is walked through before it is searched, a smaller one when the search is not easy. */
const walkFromOperations = 4096;
/** Fewer operations are searched before it is known what they do. */
const exploreFromOperations = 16;
/** Steps for each operation, and more, that an easy search takes. */
const easyStepsPerOperation = 4;
const easySteps = 2048;
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
  /** Made on the first turn of each, dropped with the result: many partitions need little memory. */
  #search: Portfolio<State, Input, Output> | undefined;
  #walker: Walker<State, Input, Output> | undefined;
  #problem: Problem<State, Input, Output> | undefined;
  #toWalk = false;
  /** How many steps the walk was ahead of the search when it turned out to be hard. */
  #walkedAlone: number | undefined;
  #toReject = false;
  #conflict: readonly Operation<Input, Output>[] | undefined;
  #result: PartitionResult<State, Input, Output> | undefined;
  #steps = 0;

  constructor(model: Model<State, Input, Output>, part: Part<Input, Output>) {
    this.#model = model;
    this.#part = part;
  }

  get steps(): number {
    return this.#steps + (this.#search?.steps ?? 0) + (this.#walker?.steps ?? 0);
  }

  get verdict(): Verdict {
    return this.#result?.verdict ?? 'unknown';
  }

  /** Tries what takes near-linear time. Throws OutOfTime. */
  begin(memoryLimitBytes: number, look: () => void): void {
    let p = problem(this.#model, this.#part.operations, look);
    const isEasy = p.required.length < walkFromOperations;
    let verdict = decideFast(p, look, isEasy);
    const isOpaque = p.register === undefined && p.text === undefined;
    if (verdict.kind === 'unsuited' && isOpaque && p.required.length >= exploreFromOperations) {
      p = explored(p) ?? p;
      if (p.register !== undefined) verdict = decideFast(p, look, isEasy);
    }
    if (verdict.kind === 'ok') {
      this.#finish({ ...this.#about(), verdict: 'ok', linearization: verdict.linearization });
      return;
    }
    look();
    if (verdict.kind === 'unsuited') {
      this.#problem = p;
      this.#toWalk = p.register !== undefined;
      this.#toReject = this.#toWalk && isEasy;
      return;
    }
    this.#refuse(p, verdict, memoryLimitBytes, look);
  }

  /** The verdict is known, and perhaps not explained. */
  #refuse(
    p: Problem<State, Input, Output>,
    verdict: FastViolation<State, Input, Output>,
    memoryLimitBytes: number,
    look: () => void,
  ): void {
    this.#conflict = verdict.conflict;
    if (verdict.isLate === true) {
      const later = (): Explanation<State, Input, Output> =>
        explained(p, verdict, memoryLimitBytes);
      this.#finish(this.#illegal(p, lazily(later)));
      return;
    }
    const { before, blocked } = verdict;
    if (verdict.isExact !== true) {
      // A short search often explains it better.
      this.#problem = p;
      this.run(explanationSteps, memoryLimitBytes, look);
    }
    if (this.#result !== undefined) return;
    const order = this.#search?.order() ?? [];
    this.#finish(
      this.#illegal(p, () => ({
        order: before?.order ?? order,
        blocked,
        statesBefore: before === undefined ? [] : [before.state],
      })),
    );
  }

  /** Goes on for so many steps; stops early when decided. Throws OutOfTime. */
  run(steps: number, memoryLimitBytes: number, look: () => void): void {
    const p = this.#problem;
    if (p === undefined) return;
    const until = this.steps + steps;
    while (this.steps < until) {
      look();
      if (this.#toWalk && this.#isWalkNext(p)) {
        if (this.#reject(p, memoryLimitBytes, look) || this.#walk(p)) return;
        continue;
      }
      this.#search ??= new Portfolio(p);
      const end = this.#search.run(stepsPerLook, memoryLimitBytes);
      if (end === 'paused') continue;
      this.#decide(p, this.#search, end);
      return;
    }
  }

  #isWalkNext({ required }: Problem<State, Input, Output>): boolean {
    const { length } = required;
    const searched = this.#search?.steps ?? 0;
    if (this.#walker?.isHard === true) {
      // From now on they take turns.
      this.#walkedAlone ??= this.#walker.steps - searched;
      return this.#walker.steps - this.#walkedAlone <= searched;
    }
    return length >= walkFromOperations || searched >= easyStepsPerOperation * length + easySteps;
  }

  /** Looks for what was not looked for while it seemed easy; true if it is illegal. */
  #reject(p: Problem<State, Input, Output>, memoryLimitBytes: number, look: () => void): boolean {
    if (!this.#toReject) return false;
    this.#toReject = false;
    const verdict = decideRegister(p, look, false);
    if (verdict.kind !== 'illegal') return false;
    this.#toWalk = false;
    this.#refuse(p, verdict, memoryLimitBytes, look);
    return true;
  }

  /** True if it found an order. */
  #walk(p: Problem<State, Input, Output>): boolean {
    this.#walker ??= walker(p);
    const got = this.#walker?.run(stepsPerLook) ?? 'failed';
    if (got === 'paused') return false;
    if (got === 'failed') {
      this.#steps += this.#walker?.steps ?? 0;
      this.#walker = undefined;
      this.#toWalk = false;
      return false;
    }
    this.#finish({ ...this.#about(), verdict: 'ok', linearization: withIdle(p, got, true) });
    return true;
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

  #decide(
    p: Problem<State, Input, Output>,
    search: Portfolio<State, Input, Output>,
    verdict: 'ok' | 'illegal',
  ): void {
    const order = search.order();
    if (verdict === 'ok') {
      this.#finish({ ...this.#about(), verdict, linearization: order });
      return;
    }
    const known = { order, blocked: search.blocked(), statesBefore: search.statesBefore() };
    this.#finish(this.#illegal(p, () => known));
  }

  #illegal(
    p: Problem<State, Input, Output>,
    explanation: () => Explanation<State, Input, Output>,
  ): PartitionResult<State, Input, Output> {
    const orders = lazily(() => partialOrders(p, explanation().blocked, explanation().order));
    return new Violation(this.#part, this.steps, this.#conflict, { explanation, orders });
  }

  #finish(result: PartitionResult<State, Input, Output>): void {
    this.#steps = this.steps;
    this.#result = result;
    this.#search = undefined;
    this.#walker = undefined;
    this.#problem = undefined;
  }
}

class Check<State, Input, Output> {
  readonly #options: CheckOptions;
  readonly #budget: Budget;
  #trials: readonly Trial<State, Input, Output>[] = [];
  #anyIllegal = false;
  /** What is worked out of the result later on, by whoever reads it, has no limit. */
  #isOver = false;

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
      reason = this.#budget.reason;
      // Time was up before the history was split: one partition that nothing is known about.
      if (this.#trials.length === 0) {
        this.#trials = [new Trial(model, { key: undefined, operations: history })];
      }
    }
    this.#isOver = true;
    const verdicts = this.#trials.map((trial) => trial.verdict);
    return {
      verdict: this.#anyIllegal ? 'illegal' : verdicts.includes('unknown') ? 'unknown' : 'ok',
      partitions: this.#trials.map((trial) => trial.result(reason)),
      steps: this.#steps(),
      elapsedMs: this.#budget.elapsedMs,
    };
  }

  /** Everything that takes near-linear time first, then rounds of search. */
  #decideAll(): void {
    const { exhaustive = false } = this.#options;
    let undecided = this.#trials;
    const round = (turn: (trial: Trial<State, Input, Output>, bytes: number) => void): boolean => {
      const bytes = Math.floor(this.#budget.memoryLimitBytes / Math.max(1, undecided.length));
      for (const trial of undecided) {
        turn(trial, bytes);
        this.#anyIllegal ||= trial.verdict === 'illegal';
        if (this.#anyIllegal && exhaustive === false) return false;
      }
      undecided = undecided.filter((trial) => trial.verdict === 'unknown');
      const isEnough = this.#anyIllegal && exhaustive !== true;
      return undecided.length > 0 && !isEnough;
    };
    let goesOn = round((trial, bytes) => trial.begin(bytes, this.#look));
    for (let slice = firstSliceSteps; goesOn; slice *= 2) {
      goesOn = round((trial, bytes) => trial.run(slice, bytes, this.#look));
    }
  }

  readonly #look = (): void => {
    if (this.#isOver) return;
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
