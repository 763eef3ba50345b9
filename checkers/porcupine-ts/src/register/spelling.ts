/**
 * How the texts that were seen can have come about: what was put first, and what was appended to it.
 *
 * If nothing that is put or appended is the beginning of anything else that is, a text can be spelled in one way only. Then
 * every text seen is a place on a path that begins with a put (or with the initial text) and takes one append per step.
 */

import { at, ints } from '../search/ints.ts';
import { isPut, type TextEffects } from '../search/text-effects.ts';
import { lost } from '../search/texts.ts';

/** No effect: the text is the initial one. */
export const initially = -2;
/** Nothing spells this text. */
export const unspelled = -1;

/** With more lengths than that, looking for the next part takes longer than a search. */
const maxLengths = 24;

/** Per state (see `Places`): by which effect its text came about, `initially` or `unspelled`; and from which state, if appended. */
export interface Spelling {
  readonly by: Int32Array;
  readonly from: Int32Array;
  readonly states: number;
  /** What could have been put first could also have been appended to the initial text. */
  readonly isGuess: boolean;
}

/** The lengths of all that is put or appended; `undefined` if one of them is the beginning of another: then texts can be spelled in several ways. */
function partLengths({ puts, appends, initialText }: TextEffects): readonly number[] | undefined {
  // The initial text was put by an imaginary operation.
  if (puts.has('') || puts.has(initialText)) return undefined;
  const all = [...puts.keys(), ...appends.keys()];
  if (initialText !== '') all.push(initialText);
  // Of texts with a common beginning that are sorted, the shortest stands before the next.
  all.sort();
  const lengths: number[] = [];
  let before = '';
  for (const part of all) {
    if (part.length > before.length && before !== '' && part.startsWith(before)) return undefined;
    if (!lengths.includes(part.length)) lengths.push(part.length);
    before = part;
  }
  return lengths.length > maxLengths ? undefined : lengths;
}

class Speller {
  readonly #text: TextEffects;
  readonly #lengths: readonly number[];
  #isGuess = false;
  /** A state, the effect that it came about by, and the state before, one after the other. */
  readonly #notes: number[] = [];

  constructor(text: TextEffects, lengths: readonly number[]) {
    this.#text = text;
    this.#lengths = lengths;
  }

  spell(): Spelling {
    const { initial, places } = this.#text;
    if (initial !== lost) this.#notes.push(initial, initially, lost);
    for (const whole of places.longest) this.#spellOne(whole);
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

  /** As far as it goes: nothing spells what is beyond. */
  #spellOne(whole: string): void {
    const { initial, initialText, kind, places, texts, to } = this.#text;
    let done = 0;
    let state: number = initialText === '' ? initial : lost;
    for (;;) {
      const effect = this.#partAt(whole, done);
      if (effect === undefined) return;
      const isFirst = done === 0;
      if (effect === initially) {
        if (!isFirst) return;
        state = initial;
        done = initialText.length;
        continue;
      }
      const isPutHere = at(kind, effect) === isPut;
      // Only what comes first can have been put, and an append needs something before it.
      if (isPutHere ? !isFirst : state === lost) return;
      const part = texts[effect] ?? '';
      const before = isPutHere ? lost : state;
      state = isPutHere ? at(to, effect) : places.after(state, part);
      done += part.length;
      this.#notes.push(state, effect, before);
    }
  }

  /** What comes next; `undefined` if nothing does that is known. */
  #partAt(whole: string, start: number): number | undefined {
    const { puts, appends, initialText } = this.#text;
    const isEmpty = initialText === '';
    if (start === 0 && !isEmpty && whole.startsWith(initialText)) return initially;
    for (const length of this.#lengths) {
      const part = whole.slice(start, start + length);
      const append = appends.get(part);
      const put = start === 0 ? puts.get(part) : undefined;
      this.#isGuess ||= put !== undefined && append !== undefined && isEmpty;
      if (put !== undefined || append !== undefined) return put ?? append;
    }
    return undefined;
  }
}

/** `undefined` if there can be several ways. */
export function spelling(text: TextEffects): Spelling | undefined {
  const lengths = partLengths(text);
  return lengths === undefined ? undefined : new Speller(text, lengths).spell();
}
