/**
 * EDN, Clojure's data notation, strictly, with positions.
 *
 * A general library reads a map with a forgotten value, or a vector closed by a brace, as something smaller without a
 * word. In a history that is a lost observation and so a wrong verdict; here it is an error on a line.
 */

/** A value as JSON would have it, with what JSON has no word for. */
export type Edn =
  | null
  | boolean
  | number
  | string
  /** Integers that a number would round. */
  | bigint
  | readonly Edn[]
  | EdnSet
  | EdnMap
  | EdnTagged;

/** Entries in the order of the text. Keys are usually keywords. */
export class EdnMap {
  readonly entries: readonly (readonly [Edn, Edn])[];
  constructor(entries: readonly (readonly [Edn, Edn])[]) {
    this.entries = entries;
  }
}

/** Items in the order of the text, which means nothing. */
export class EdnSet {
  readonly items: readonly Edn[];
  constructor(items: readonly Edn[]) {
    this.items = items;
  }
}

/** `#tag value`. */
export class EdnTagged {
  readonly tag: string;
  readonly value: Edn;
  constructor(tag: string, value: Edn) {
    this.tag = tag;
    this.value = value;
  }
}

/** `at` is an offset in the text. */
export class EdnError extends Error {
  override readonly name = 'EdnError';
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Deeper nesting than any history has; a limit of ours rather than of the stack. */
const maxDepth = 200;

const blank = /(?:[\s,]+|;[^\n]*)+/y;
/** A run of characters that can be part of one number, keyword, symbol or tag. */
const atom = /[^\s,;"()[\]{}\\]+/y;
/** One character as it is, or a name such as `newline` or `u0041`. */
const character = /\\([a-zA-Z0-9]+|[^\s])/uy;
const text = /"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y;
const integer = /^[-+]?\d+N?$/;
const decimal = /^[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?M?$/;
const symbol = /^[A-Za-z.*+!\-_?$%&=<>/][\w.*+!\-?$%&=<>:#'/]*$/;

const closing: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}', '#{': '}' };
const escapes: Readonly<Record<string, string>> = {
  t: '\t',
  r: '\r',
  n: '\n',
  b: '\b',
  f: '\f',
  '\\': '\\',
  '"': '"',
};
const characters: Readonly<Record<string, string>> = {
  newline: '\n',
  return: '\r',
  space: ' ',
  tab: '\t',
  formfeed: '\f',
  backspace: '\b',
};
const constants = new Map<string, Edn>([
  ['nil', null],
  ['true', true],
  ['false', false],
]);
const numbers = new Map<string, number>([
  ['Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
  ['NaN', Number.NaN],
]);

/** A cursor over one text. */
export class EdnParser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#text = source;
  }

  /** Where the next value begins; undefined at the end of the text. Skips comments and `#_` discarded values. */
  next(): number | undefined {
    for (;;) {
      this.#take(blank);
      if (this.#at >= this.#text.length) return undefined;
      if (!this.#text.startsWith('#_', this.#at)) return this.#at;
      const from = this.#at;
      this.#at += 2;
      this.#nested(from, () => {
        if (this.next() === undefined) throw new EdnError('nothing after #_', from);
        return this.value();
      });
    }
  }

  /** Steps into a vector or list that begins here, and says what will close it; otherwise stays and says undefined. */
  open(): string | undefined {
    const bracket = this.#text[this.#at];
    if (bracket !== '[' && bracket !== '(') return undefined;
    this.#at += 1;
    return closing[bracket];
  }

  /** Steps over a closing bracket, if it comes next. */
  close(bracket: string): boolean {
    if (this.next() === undefined || this.#text[this.#at] !== bracket) return false;
    this.#at += 1;
    return true;
  }

  /** Reads one value. Throws EdnError when there is none, or it is malformed. */
  value(): Edn {
    const from = this.next();
    if (from === undefined) throw new EdnError('the text ends too early', this.#text.length);
    const first = this.#text[from] as string;
    if (first === '"') return this.#string();
    if (first === '\\') return this.#character();
    if (first === '[' || first === '(') return this.#nested(from, () => this.#sequence(first));
    if (first === '{') return this.#nested(from, () => this.#map());
    if (first === '#') return this.#nested(from, () => this.#dispatch());
    const word = this.#take(atom);
    if (word === undefined) throw new EdnError(`unexpected ${first}`, from);
    return this.#word(word, from);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found[1] ?? found[0];
  }

  #nested(from: number, read: () => Edn): Edn {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new EdnError(`nested deeper than ${maxDepth}`, from);
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #sequence(bracket: string): Edn[] {
    const from = this.#at;
    this.#at += bracket.length;
    const items: Edn[] = [];
    while (!this.close(closing[bracket] as string)) {
      if (this.next() === undefined) throw new EdnError(`${bracket} is never closed`, from);
      items.push(this.value());
    }
    return items;
  }

  #map(): EdnMap {
    const from = this.#at;
    const items = this.#sequence('{');
    if (items.length % 2 === 1) throw new EdnError('a map with a key that has no value', from);
    const entries: [Edn, Edn][] = [];
    for (let i = 0; i < items.length; i += 2)
      entries.push([items[i] ?? null, items[i + 1] ?? null]);
    return new EdnMap(entries);
  }

  #dispatch(): Edn {
    const from = this.#at;
    if (this.#text.startsWith('#{', from)) return new EdnSet(this.#sequence('#{'));
    const word = this.#take(atom) as string;
    if (word.startsWith('##')) {
      const special = numbers.get(word.slice(2));
      if (special === undefined) throw new EdnError(`unknown number ${word}`, from);
      return special;
    }
    const tag = word.slice(1);
    if (!symbol.test(tag)) throw new EdnError(`unknown notation ${word}`, from);
    return new EdnTagged(tag, this.value());
  }

  #string(): string {
    const from = this.#at;
    const body = this.#take(text);
    if (body === undefined) throw new EdnError('a string is never closed', from);
    if (!body.includes('\\')) return body;
    return body.replace(
      /\\(?:u([\da-fA-F]{4})|([\s\S]))/g,
      (_, hex: string | undefined, one: string) => {
        if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
        const escaped = escapes[one];
        if (escaped === undefined) throw new EdnError(`unknown escape \\${one} in a string`, from);
        return escaped;
      },
    );
  }

  #character(): string {
    const from = this.#at;
    const name = this.#take(character);
    if (name === undefined) throw new EdnError('a backslash without a character', from);
    if (name.length === 1) return name;
    const known = characters[name];
    if (known !== undefined) return known;
    if (/^u[\da-fA-F]{4}$/.test(name))
      return String.fromCharCode(Number.parseInt(name.slice(1), 16));
    throw new EdnError(`unknown character \\${name}`, from);
  }

  #word(word: string, from: number): Edn {
    const constant = constants.get(word);
    if (constant !== undefined) return constant;
    if (word.startsWith(':') && word.length > 1) return word.slice(1);
    if (integer.test(word)) return exact(word.replace('N', ''));
    if (decimal.test(word)) return Number.parseFloat(word);
    if (symbol.test(word)) return word;
    throw new EdnError(`not a value: ${word}`, from);
  }
}

/** A number where it stands for these very digits; two integers that differ must never become equal. */
function exact(signed: string): number | bigint {
  const digits = signed.replace(/^\+/, '');
  const value = Number(digits);
  return Number.isSafeInteger(value) || String(value) === digits ? value : BigInt(digits);
}
