/** A search that trusts guesses about the model. It says ok, with an order that is to be replayed, or nothing. */

import { Guess } from './guess.ts';
import type { Problem } from './problem.ts';
import { Search } from './search.ts';
import type { Transitions } from './transitions.ts';

/** It gives up after so many steps for each operation, and some. */
const stepsPerOperation = 200;
const leastSteps = 20_000;

export class Hunch<State, Input, Output> {
  readonly #p: Problem<State, Input, Output>;
  readonly #transitions: Transitions<State, Input, Output>;
  readonly #maxSteps: number;
  /** Whoever looks at the clock wants to stop. */
  #isStopped = false;
  #guess: Guess<State, Input, Output> | undefined;
  #search: Search<State, Input, Output> | undefined;

  /** Guesses from the states that `transitions` has met by the first `run`. */
  constructor(p: Problem<State, Input, Output>, transitions: Transitions<State, Input, Output>) {
    this.#p = { ...p, tick: () => this.#tick(p.tick) };
    this.#transitions = transitions;
    this.#maxSteps = leastSteps + stepsPerOperation * p.required.length;
  }

  get steps(): number {
    return (this.#guess?.steps ?? 0) + (this.#search?.steps ?? 0);
  }

  /** A guess at the memory held. */
  get bytes(): number {
    return this.#search?.bytes ?? 0;
  }

  /** Goes on for about that many steps. `failed`: it will not find anything. Throws what `tick` of the problem throws. */
  run(steps: number, memoryLimitBytes: number): 'ok' | 'failed' | 'paused' {
    try {
      return this.#run(steps, memoryLimitBytes);
    } catch (error) {
      if (this.#isStopped) throw error;
      // What a model does not expect is tried here first, and maybe only here: the complete search goes on.
      return 'failed';
    }
  }

  #tick(tick: () => void): void {
    this.#isStopped = true;
    tick();
    this.#isStopped = false;
  }

  /** After `ok`. */
  order(): Int32Array {
    return this.#search?.ids() ?? new Int32Array(0);
  }

  #run(steps: number, memoryLimitBytes: number): 'ok' | 'failed' | 'paused' {
    if (this.#search === undefined) {
      this.#guess ??= new Guess(this.#p, this.#transitions);
      if (!this.#guess.run(steps)) return 'paused';
      const seems = this.#guess.problem();
      if (seems === undefined) return 'failed';
      this.#search = new Search(seems);
    }
    const end = this.#search.run(steps, memoryLimitBytes);
    return end === 'illegal' || (end === 'paused' && this.steps > this.#maxSteps) ? 'failed' : end;
  }
}
