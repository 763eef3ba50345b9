/**
 * How the texts that were seen can have come about: what was put first, and what was appended to it.
 *
 * If nothing that is put or appended is the beginning of anything else that is, a text can be spelled in one way only. Then
 * every text seen is a place on a path that begins with a put (or with the initial text) and takes one append per step.
 */

import { at, grown, ints } from '../search/ints.ts';
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

const noteWords = 3;

class Speller {
  readonly #text: TextEffects;
  #isGuess = false;
  /** A state, the effect that it came about by, and the state before, one after the other. */
  #notes: Int32Array<ArrayBuffer>;
  #noted = 0;

  constructor(text: TextEffects) {
    this.#text = text;
    this.#notes = ints(noteWords * (text.places.count + text.parts.texts.length));
  }

  /** `undefined` if two parts are taken for each other. */
  spell(): Spelling | undefined {
    const { initial, places } = this.#text;
    if (initial !== lost) this.#note(initial, initially, lost);
    for (let i = 0; i < places.longest.length; i += 1) if (!this.#spellOne(i)) return undefined;
    const states = places.count;
    const by = ints(states).fill(unspelled);
    const from = ints(states);
    for (let i = 0; i < this.#noted; i += noteWords) {
      const state = at(this.#notes, i);
      by[state] = at(this.#notes, i + 1);
      from[state] = at(this.#notes, i + 2);
    }
    return { by, from, states, isGuess: this.#isGuess };
  }

  #note(state: number, effect: number, before: number): void {
    const i = this.#noted;
    this.#noted = i + noteWords;
    this.#notes = grown(this.#notes, this.#noted);
    this.#notes[i] = state;
    this.#notes[i + 1] = effect;
    this.#notes[i + 2] = before;
  }

  /** One of the longest texts, as far as it goes: nothing spells what is beyond. False if that is another text. */
  #spellOne(longest: number): boolean {
    const { initial, initialText, parts, places } = this.#text;
    const whole = places.longest[longest] as string;
    const isInitial = whole.startsWith(initialText);
    let state: number = isInitial ? initial : lost;
    let spelled = isInitial ? initialText : '';
    while (spelled.length < whole.length) {
      const done = spelled.length;
      const part = parts.partAt(whole, done);
      if (part === none) break;
      // Only what comes first can have been put, and an append needs something before it.
      const put = done === 0 ? (parts.puts[part] as number) : none;
      const append = state === lost ? none : (parts.appends[part] as number);
      if (put !== none && append !== none) this.#isGuess = true;
      const effect = put === none ? append : put;
      if (effect === none) break;
      const before = put === none ? state : lost;
      spelled += parts.texts[part] as string;
      state = places.beginning(longest, spelled.length);
      this.#note(state, effect, before);
    }
    return whole.startsWith(spelled);
  }
}

/** `undefined` if there can be several ways. */
export function spelling(text: TextEffects): Spelling | undefined {
  const { initialText, parts } = text;
  // The initial text was put by an imaginary operation.
  if (initialText !== '' && parts.puts[parts.add(initialText)] !== none) return undefined;
  return parts.haveOneSpelling() ? new Speller(text).spell() : undefined;
}
