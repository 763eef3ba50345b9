/**
 * How the texts that were seen can have come about: what was put first, and what was appended to it.
 *
 * If nothing that is put or appended is the beginning of anything else that is, a text can be spelled in one way only. Then
 * every text seen is a place on a path that begins with a put (or with the initial text) and takes one append per step.
 */

import { at, ints } from '../search/ints.ts';
import { isAppend, isPut, type TextEffects } from '../search/text-effects.ts';
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

/** All that is put and all that is appended, and the effects that do. */
interface Parts {
  readonly puts: ReadonlyMap<string, number>;
  readonly appends: ReadonlyMap<string, number>;
  /** The lengths that they have. */
  readonly lengths: readonly number[];
}

/** `undefined` if one of them is the beginning of another, so that texts can be spelled in several ways. */
function parts(text: TextEffects): Parts | undefined {
  const puts = new Map<string, number>();
  const appends = new Map<string, number>();
  const all: string[] = [];
  if (text.initialText !== '') {
    puts.set(text.initialText, initially);
    all.push(text.initialText);
  }
  for (let e = 0; e < text.kind.length; e += 1) {
    const kind = at(text.kind, e);
    if (kind !== isPut && kind !== isAppend) continue;
    const part = text.texts[e] ?? '';
    // Also what is put twice, by the imaginary operation at first and by another.
    if (part === '' || (puts.has(part) && kind === isPut)) return undefined;
    (kind === isPut ? puts : appends).set(part, e);
    all.push(part);
  }
  // Of texts with a common beginning that are sorted, the shortest stands before the next.
  all.sort();
  for (let i = 1; i < all.length; i += 1) {
    const [before = '', part = ''] = [all[i - 1], all[i]];
    if (part.length > before.length && part.startsWith(before)) return undefined;
  }
  const lengths = [...new Set(all.map((part) => part.length))];
  return lengths.length > maxLengths ? undefined : { puts, appends, lengths };
}

class Speller {
  readonly #text: TextEffects;
  readonly #parts: Parts;
  #isGuess = false;
  readonly #by: number[] = [];
  readonly #from: number[] = [];

  constructor(text: TextEffects, known: Parts) {
    this.#text = text;
    this.#parts = known;
  }

  spell(): Spelling {
    const { initial, places } = this.#text;
    if (initial !== lost) this.#note(initial, initially, lost);
    for (const whole of places.longest) this.#spellOne(whole);
    return { ...flat(this.#by, this.#from, places.count), isGuess: this.#isGuess };
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
      this.#note(state, effect, before);
    }
  }

  #partAt(whole: string, start: number): number | undefined {
    const { puts, appends, lengths } = this.#parts;
    for (const length of lengths) {
      const part = whole.slice(start, start + length);
      const append = appends.get(part);
      const put = start === 0 ? puts.get(part) : undefined;
      const isChoice = put !== undefined && append !== undefined && this.#text.initialText === '';
      this.#isGuess ||= isChoice;
      if (put !== undefined || append !== undefined) return put ?? append;
    }
    return undefined;
  }

  #note(state: number, effect: number, before: number): void {
    this.#by[state] = effect;
    this.#from[state] = before;
  }
}

/** `undefined` if there can be several ways. */
export function spelling(text: TextEffects): Spelling | undefined {
  const known = parts(text);
  return known === undefined ? undefined : new Speller(text, known).spell();
}

function flat(
  by: readonly number[],
  from: readonly number[],
  states: number,
): Omit<Spelling, 'isGuess'> {
  const flatBy = ints(states).fill(unspelled);
  const flatFrom = ints(states);
  by.forEach((effect, state) => {
    flatBy[state] = effect;
    flatFrom[state] = from[state] ?? lost;
  });
  return { by: flatBy, from: flatFrom, states };
}
