/**
 * What a model seems to be, judged by a few of its steps: for models that promise nothing.
 *
 * Guesses prune a search for a witness. A witness is replayed through the model before anybody believes it, so a wrong guess costs
 * the witness and never the verdict; that nothing was found with the help of guesses means nothing.
 */

import type { Interner } from '../intern.ts';
import { illegal, type Model } from '../model.ts';
import { none } from './effects.ts';
import type { EffectGrowth } from './growth.ts';
import { at, ints } from './ints.ts';
import type { Problem } from './problem.ts';
import { candidateStates, extendsState, isSequence } from './sequences.ts';
import { stateInterner } from './states.ts';
import type { Transitions } from './transitions.ts';

/** Every effect is tried in so many states. */
const maxStates = 6;
/** Evidence of so many states is enough to guess from. */
const fewestStates = 3;

/** Different states. */
const differing = -2;

/** What the tries of one effect had in common. */
interface Tried {
  legal: number;
  refused: number;
  changed: number;
  /** The state that all of them left; `none` at first, `differing` once they did. */
  left: number;
  /** Some left a state that does not begin with the one before. */
  jumped: boolean;
}

const untried = (): Tried => ({ legal: 0, refused: 0, changed: 0, left: none, jumped: false });

export class Guess<State, Input, Output> {
  readonly #p: Problem<State, Input, Output>;
  readonly #states: readonly State[];
  readonly #numbers: Interner<State>;
  readonly #initial: State;
  readonly #tried: Tried[] = [];
  /** Per effect: the only state in which it seems to be legal, if it told. */
  readonly #targets: (State | undefined)[] = [];

  /** Judges by some of the states that `transitions` has met so far. Throws what the model throws. */
  constructor(p: Problem<State, Input, Output>, transitions: Transitions<State, Input, Output>) {
    this.#p = p;
    this.#numbers = stateInterner(p.model);
    this.#initial = p.model.init();
    const { known } = transitions;
    const count = Math.min(maxStates, known);
    const step = count > 1 ? (known - 1) / (count - 1) : 0;
    this.#states = Array.from({ length: count }, (_, i) => transitions.state(Math.round(i * step)));
  }

  /** Effects looked at so far. */
  get steps(): number {
    return this.#tried.length;
  }

  /** Looks at that many effects more; true when it has seen all. Throws what the model throws. */
  run(effects: number): boolean {
    const count = this.#p.inputs.length;
    const until = Math.min(count, this.#tried.length + effects);
    for (let effect = this.#tried.length; effect < until; effect += 1) {
      this.#tried.push(this.#try(effect));
      this.#targets.push(this.#targetOf(effect));
    }
    return until === count;
  }

  /** The problem as it seems to be; `undefined` if nothing is gained over what the model promised. */
  problem(): Problem<State, Input, Output> | undefined {
    if (this.#states.length < fewestStates) return undefined;
    const growth = this.#p.growth ?? this.#growth();
    const readonly = this.#flags(this.#p.readonly, ({ changed }) => changed === 0);
    const blind = this.#flags(
      this.#p.blind,
      ({ refused, changed, left }) => refused === 0 && changed > 0 && left !== differing,
    );
    const total = this.#flags(this.#p.total, ({ refused }) => refused === 0);
    const gains = (before: Int32Array, after: Int32Array): boolean =>
      after.some((value, e) => value !== at(before, e));
    const isBetter =
      growth !== this.#p.growth || gains(this.#p.blind, blind) || gains(this.#p.total, total);
    return isBetter ? { ...this.#p, readonly, blind, total, growth } : undefined;
  }

  #flags(promised: Int32Array, seems: (tried: Tried) => boolean): Int32Array {
    const flags = ints(promised.length);
    for (let e = 0; e < flags.length; e += 1) {
      flags[e] = at(promised, e) === 1 || seems(this.#tried[e] ?? untried()) ? 1 : 0;
    }
    return flags;
  }

  #try(effect: number): Tried {
    const tried = untried();
    const { model, inputs, outputs, tick } = this.#p;
    for (const before of this.#states) {
      tick();
      const after = model.step(before, inputs[effect] as Input, outputs[effect]);
      if (after === illegal) {
        tried.refused += 1;
        continue;
      }
      const to = this.#numbers.idOf(after);
      tried.legal += 1;
      tried.left = tried.left === none || tried.left === to ? to : differing;
      if (to === this.#numbers.idOf(before)) continue;
      tried.changed += 1;
      tried.jumped ||= !extendsState(after, before);
    }
    return tried;
  }

  /** A state named by the effect in which it is legal, if it is refused elsewhere. */
  #targetOf(effect: number): State | undefined {
    const tried = this.#tried[effect];
    const { model, inputs, outputs } = this.#p;
    const initial = this.#initial;
    if (tried === undefined || tried.legal > 1 || tried.refused === 0 || !isSequence(initial)) {
      return undefined;
    }
    const input = inputs[effect] as Input;
    return candidateStates(initial, [outputs[effect], input]).find((state) =>
      isLegal(model, state, input, outputs[effect]),
    );
  }

  #growth(): EffectGrowth<State> | undefined {
    const targets = this.#targets;
    const growing = this.#tried.filter(({ changed, jumped }) => changed > 0 && !jumped).length;
    if (growing === 0 || !targets.some((target) => target !== undefined)) return undefined;
    return {
      jumps: (effect) => this.#tried[effect]?.jumped === true,
      leadsTo: (state, effect) => {
        const target = targets[effect];
        return target === undefined || extendsState(target, state);
      },
    };
  }
}

/** A model may refuse a state that it has never been in by throwing. */
function isLegal<State, Input, Output>(
  model: Model<State, Input, Output>,
  state: State,
  input: Input,
  output: Output | undefined,
): boolean {
  try {
    return model.step(state, input, output) !== illegal;
  } catch {
    return false;
  }
}
