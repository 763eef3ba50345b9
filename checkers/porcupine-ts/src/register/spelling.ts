/**
 * How the texts that were seen can have come about: what was put first, and what was appended to it.
 *
 * If nothing that is put or appended is the beginning of anything else that is, a text can be spelled in one way only. Then
 * every text seen is a place on a path that begins with a put (or with the initial text) and takes one append per step.
 */

import { ints } from '../search/ints.ts';
import { none } from '../search/parts.ts';
import type { TextEffects } from '../search/text-effects.ts';
import { lost } from '../search/texts.ts';

/** No effect: the text is the initial one. */
export const initially = -2;
/** Nothing spells this text. */
export const unspelled = -1;

/** Per state (see `Places`): by which effect its text came about, `initially` or `unspelled`; and from which state, if appended. */
export interface Spelling {
  readonly by: Int32Array;
  readonly from: Int32Array;
  readonly states: number;
  /** What could have been put first could also have been appended to the initial text. */
  readonly isGuess: boolean;
}

class Speller {
  readonly #text: TextEffects;
  #isGuess = false;
  /** A state, the effect that it came about by, and the state before, one after the other. */
  readonly #notes: number[] = [];

  constructor(text: TextEffects) {
    this.#text = text;
  }

  spell(): Spelling {
    const { initial, places } = this.#text;
    if (initial !== lost) this.#notes.push(initial, initially, lost);
    for (let i = 0; i < places.longest.length; i += 1) this.#spellOne(i);
    const states = places.count;
    const by = ints(states).fill(unspelled);
    const from = ints(states);
    for (let i = 0; i < this.#notes.length; i += 3) {
      const state = this.#notes[i] as number;
      by[state] = this.#notes[i + 1] as number;
      from[state] = this.#notes[i + 2] as number;
    }
    return { by, from, states, isGuess: this.#isGuess };
  }

  /** One of the longest texts, as far as it goes: nothing spells what is beyond. */
  #spellOne(longest: number): void {
    const { initial, initialText, parts, places } = this.#text;
    const whole = places.longest[longest] as string;
    const isInitial = whole.startsWith(initialText);
    let state: number = isInitial ? initial : lost;
    let done = isInitial ? initialText.length : 0;
    while (done < whole.length) {
      const part = parts.partAt(whole, done);
      if (part === none) return;
      // Only what comes first can have been put, and an append needs something before it.
      const put = done === 0 ? (parts.puts[part] as number) : none;
      const append = state === lost ? none : (parts.appends[part] as number);
      if (put !== none && append !== none) this.#isGuess = true;
      const effect = put === none ? append : put;
      if (effect === none) return;
      const before = put === none ? state : lost;
      done += (parts.texts[part] as string).length;
      state = places.beginning(longest, done);
      this.#notes.push(state, effect, before);
    }
  }
}

/** `undefined` if there can be several ways. */
export function spelling(text: TextEffects): Spelling | undefined {
  const { initialText, parts } = text;
  // The initial text was put by an imaginary operation.
  if (initialText !== '' && parts.puts[parts.add(initialText)] !== none) return undefined;
  return parts.haveOneSpelling() ? new Speller(text).spell() : undefined;
}
