/** YAML with line numbers: every complaint names the line, what was found and what is expected. */

import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { BadInput } from '#src/errors';

interface Source {
  readonly file: string;
  readonly lines: LineCounter;
  readonly document: Document;
}

/** One value of the file, and where it stands. */
export class Place {
  readonly #source: Source;
  readonly #node: unknown;
  readonly #what: string;

  constructor(source: Source, node: unknown, what: string) {
    this.#source = source;
    this.#node = node;
    this.#what = what;
  }

  get line(): number {
    const range = isNode(this.#node) ? this.#node.range : undefined;
    return this.#source.lines.linePos(range?.[0] ?? 0).line;
  }

  /** Throws BadInput. */
  fail(message: string): never {
    throw new BadInput(`${this.#source.file}:${this.line}: ${message}`);
  }

  #expected(what: string): never {
    this.fail(`${this.#what} is ${JSON.stringify(this.raw())}; expected is ${what}`);
  }

  /** The plain value. */
  raw(): unknown {
    return isNode(this.#node) ? this.#node.toJS(this.#source.document) : this.#node;
  }

  isText(): boolean {
    return isScalar(this.#node);
  }

  /** A text; numbers are taken as they are written. */
  text(): string {
    if (!isScalar(this.#node) || this.#node.value === null) this.#expected('a text');
    return typeof this.#node.value === 'string'
      ? this.#node.value.trim()
      : (this.#node.source ?? JSON.stringify(this.#node.value));
  }

  /** A whole number from `min`. */
  count(min: number): number {
    const value = isScalar(this.#node) ? Number(this.#node.value) : Number.NaN;
    if (!Number.isSafeInteger(value) || value < min) this.#expected(`a whole number from ${min}`);
    return value;
  }

  list(): readonly Place[] {
    if (!isSeq(this.#node)) this.#expected('a list');
    return this.#node.items.map(
      (item, i) => new Place(this.#source, item, `${this.#what}, item ${i + 1},`),
    );
  }

  /** Its keys, which must be among the allowed ones. No list: any key. */
  map(allowed?: readonly string[]): ReadonlyMap<string, Place> {
    if (!isMap(this.#node)) this.#expected('a mapping (key: value)');
    const out = new Map<string, Place>();
    for (const { key, value } of this.#node.items) {
      const name = isScalar(key) ? String(key.value) : String(key);
      if (allowed !== undefined && !allowed.includes(name)) {
        new Place(this.#source, key, name).fail(
          `unknown key ${name} in ${this.#what}; allowed are ${allowed.join(', ')}`,
        );
      }
      out.set(name, new Place(this.#source, value ?? key, name));
    }
    return out;
  }

  /** Runs a reader that throws RangeError, and gives its complaint the line. */
  read<T>(reader: () => T): T {
    try {
      return reader();
    } catch (error) {
      if (error instanceof RangeError) this.fail(error.message);
      throw error;
    }
  }
}

/** Throws BadInput on what is not YAML. */
export function readYaml(file: string, text: string): Place {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    throw new BadInput(`${file}:${line}: not YAML: ${error.message.split('\n')[0]}`);
  }
  return new Place({ file, lines, document }, document.contents, 'the scenario');
}
