/** The searches of one partition, in turns: one that is complete, and for hard ones also one that is good at witnesses. */

import { illegal } from '../model.ts';
import type { Operation } from '../operation.ts';
import { Beam } from './beam.ts';
import { withIdle } from './idle.ts';
import type { Problem } from './problem.ts';
import { replay } from './replay.ts';
import { type Progress, Search } from './search.ts';

/** Steps beyond the least possible after which a search counts as hard. */
const hardAfterSteps = 20_000;
/** The beam makes one step for so many of the other, which is most of the time: a step of it costs about eight. */
const stepsPerBeamStep = 2;

export class Portfolio<State, Input, Output> {
  readonly #p: Problem<State, Input, Output>;
  readonly #search: Search<State, Input, Output>;
  #beam: Beam | undefined;
  #triesBeam: boolean;
  #beamSteps = 0;
  #isOk = false;
  #witness: readonly Operation<Input, Output>[] | undefined;

  constructor(p: Problem<State, Input, Output>) {
    this.#p = p;
    this.#search = new Search(p);
    this.#triesBeam = p.register !== undefined;
  }

  get steps(): number {
    return this.#search.steps + this.#beamSteps;
  }

  /** Goes on for about that many steps of each. */
  run(steps: number, memoryLimitBytes: number): Progress {
    const end = this.#search.run(steps, memoryLimitBytes);
    if (end !== 'paused') {
      this.#isOk = end === 'ok';
      return end;
    }
    const count = this.#p.required.length;
    const isHard = this.#search.steps > 4 * count + hardAfterSteps;
    if (!this.#triesBeam || !isHard || !this.#tryBeam(steps)) return 'paused';
    this.#isOk = true;
    return 'ok';
  }

  #tryBeam(steps: number): boolean {
    if (this.#beam === undefined && this.#p.register !== undefined) {
      this.#beam = new Beam(this.#p, this.#p.register);
    }
    const beam = this.#beam;
    if (beam === undefined) return false;
    const got = beam.run(Math.ceil(steps / stepsPerBeamStep));
    this.#beamSteps = beam.steps;
    if (got === 'paused') return false;
    this.#triesBeam = false;
    this.#beam = undefined;
    if (got === 'failed') return false;
    const order = beam.order();
    // The order is the proof. It is cheap to check, and so it is.
    if (!this.#isWitness(order)) return false;
    this.#witness = order.map((i) => this.#p.operations[i] as Operation<Input, Output>);
    return true;
  }

  /** The longest accepted order so far; all of it after `ok`. */
  order(): readonly Operation<Input, Output>[] {
    return withIdle(this.#p, this.#witness ?? this.#search.order(), this.#isOk);
  }

  /** After `illegal`. */
  blocked(): Operation<Input, Output> {
    return this.#search.blocked();
  }

  /** After `illegal`: states in which `blocked` was tried in vain. */
  statesBefore(): readonly State[] {
    return this.#search.statesBefore();
  }

  /** Whether the order holds everything required, nothing twice, in real time, and the model accepts it. */
  #isWitness(order: readonly number[]): boolean {
    const p = this.#p;
    const placed = new Set(order);
    if (placed.size < order.length || !p.required.every((i) => placed.has(i))) return false;
    return replay(p, order) !== illegal;
  }
}
