/** Words of a history, made short, visible and kept once each. */

/** Characters of one text; a state can be as long as the history. */
const lengthMax = 240;

const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const visible = (char: string): string =>
  `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

/** One line without control characters; of a long one the beginning and the end, where states usually differ. */
export function plain(text: string): string {
  const half = lengthMax / 2;
  const short =
    text.length <= lengthMax
      ? text
      : `${text.slice(0, half)} … ${text.length - lengthMax} more … ${text.slice(-half)}`;
  return short.toWellFormed().replace(invisible, visible);
}

/** JSON where it says something, never throws. */
export function show(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

/** A table of texts. */
export class Texts {
  readonly #indices = new Map<string, number>();
  readonly #all: string[] = [];
  #characters = 0;

  get all(): readonly string[] {
    return this.#all;
  }

  /** Of all texts together. */
  get characters(): number {
    return this.#characters;
  }

  indexOf(text: string): number {
    const short = plain(text);
    const known = this.#indices.get(short);
    if (known !== undefined) return known;
    const index = this.#all.length;
    this.#indices.set(short, index);
    this.#all.push(short);
    this.#characters += short.length;
    return index;
  }
}
