/**
 * The searches of one partition, in turns: one that is complete, and for hard ones also one that is good at witnesses: the beam for
 * registers, a search that trusts guesses about the model for what promised little.
 */

import { illegal } from '../model.ts';
import type { Operation } from '../operation.ts';
import { Beam } from './beam.ts';
import { Hunch } from './hunch.ts';
import { withIdle } from './idle.ts';
import type { Problem } from './problem.ts';
import { replay } from './replay.ts';
import { type Progress, Search } from './search.ts';

/** When a search for witnesses gets a turn. */
export interface Turns {
  /** Steps beyond the least possible after which the complete search counts as hard. */
  readonly hardAfterSteps: number;
  /** It makes one step for so many of the complete one. */
  readonly stepsPerStep: number;
}

const defaultTurns = {
  // Two for one is most of the time: a step of the beam costs about eight.
  beam: { hardAfterSteps: 20_000, stepsPerStep: 2 },
  hunch: { hardAfterSteps: 2000, stepsPerStep: 1 },
} as const satisfies Readonly<Record<string, Turns>>;
/** Of the memory so much is for the search that finds witnesses. */
const finderShare = 0.25;

/** A search that finds witnesses or nothing. */
interface Finder {
  readonly steps: number;
  /** A guess at the memory held. */
  readonly bytes: number;
  run(steps: number, memoryLimitBytes: number): 'ok' | 'failed' | 'paused';
  /** After `ok`: indices in `operations`, in order; not to be believed. */
  order(): Int32Array;
}

export class Portfolio<State, Input, Output> {
  readonly #p: Problem<State, Input, Output>;
  readonly #search: Search<State, Input, Output>;
  readonly #turns: Turns;
  #finder: Finder | undefined;
  #finderSteps = 0;
  #triesFinder: boolean;
  #isOk = false;
  #witness: readonly Operation<Input, Output>[] | undefined;

  constructor(p: Problem<State, Input, Output>, turns?: Turns) {
    this.#p = p;
    this.#search = new Search(p);
    this.#turns = turns ?? (p.register === undefined ? defaultTurns.hunch : defaultTurns.beam);
    this.#triesFinder = p.text === undefined;
  }

  get steps(): number {
    return this.#search.steps + this.#finderSteps;
  }

  /** Goes on for about that many steps of each. */
  run(steps: number, memoryLimitBytes: number): Progress {
    const end = this.#search.run(steps, memoryLimitBytes - (this.#finder?.bytes ?? 0));
    if (end !== 'paused') {
      this.#isOk = end === 'ok';
      return end;
    }
    const { hardAfterSteps, stepsPerStep } = this.#turns;
    const isHard = this.#search.steps > 4 * this.#p.required.length + hardAfterSteps;
    if (!this.#triesFinder || !isHard) return 'paused';
    const share = Math.ceil(steps / stepsPerStep);
    if (!this.#find(share, finderShare * memoryLimitBytes)) return 'paused';
    this.#isOk = true;
    return 'ok';
  }

  #find(steps: number, memoryLimitBytes: number): boolean {
    this.#finder ??= this.#newFinder();
    const finder = this.#finder;
    const got = finder.run(steps, memoryLimitBytes);
    this.#finderSteps = finder.steps;
    if (got === 'paused') return false;
    this.#triesFinder = false;
    this.#finder = undefined;
    if (got === 'failed') return false;
    const order = finder.order();
    // The order is the proof. It is cheap to check, and so it is.
    if (!this.#isWitness(order)) return false;
    this.#witness = Array.from(order, (i) => this.#p.operations[i] as Operation<Input, Output>);
    return true;
  }

  #newFinder(): Finder {
    const { register } = this.#p;
    return register === undefined
      ? new Hunch(this.#p, this.#search.transitions)
      : new Beam(this.#p, register);
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
  #isWitness(order: Int32Array): boolean {
    const p = this.#p;
    const placed = new Set(order);
    if (placed.size < order.length || !p.required.every((i) => placed.has(i))) return false;
    return replay(p, order) !== illegal;
  }
}
