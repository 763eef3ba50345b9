/** Jepsen's `history.edn`, read and written; and Porcupine's key-value tests, which are EDN maps as well. */

import { type EDNVal, toEDNString } from 'edn-data';
import { Collector, type RawOperation } from './collector.ts';
import { type Edn, EdnError, EdnMap, EdnParser, EdnTagged } from './edn-parser.ts';
import { plain, splitTuple } from './edn-values.ts';
import type { History, Operation } from './operation.ts';
import type { FormatReader, HistoryFormat, ReadOptions } from './reader.ts';
import { badLine, show } from './source.ts';

const example = '{:process 0, :type :invoke, :f :read, :value nil}';

/** Reads a vector or a list of operation maps, or the maps one after another. Holds the whole text (up to 512 MiB). */
export const ednReader = (file: string, options: ReadOptions): FormatReader =>
  reader(file, 'edn', (raw) => raw, options);

const kvFunctions: ReadonlySet<unknown> = new Set(['get', 'put', 'append']);

/** Reads maps with a `:key` whose `:f` is get, put or append. */
export const porcupineKvReader = (file: string): FormatReader =>
  reader(file, 'porcupine-kv', (raw, line) => {
    if (kvFunctions.has(raw.f) && raw.key !== undefined) return raw;
    throw badLine(file, line, {
      problem: `f ${show(raw.f)} of key ${show(raw.key)}`,
      allowed: 'f get, put or append, with a key',
      next: 'For a history of another kind use --format edn',
    });
  });

function reader(
  file: string,
  format: HistoryFormat,
  check: (raw: RawOperation, line: number) => RawOperation,
  options: ReadOptions = {},
): FormatReader {
  const pieces: string[] = [];
  return {
    line: ({ text, terminated }) => {
      pieces.push(terminated ? `${text}\n` : text);
    },
    finish() {
      const collector = new Collector(file, 'follows-order');
      const text = pieces.join('');
      const lineAt = lineCounter(text);
      try {
        for (const [value, at] of operationsIn(new EdnParser(text))) {
          const line = lineAt(at);
          const raw = rawOperation(file, line, value, options.independent ?? false);
          collector.add(check(raw, line), line);
        }
      } catch (error) {
        if (!(error instanceof EdnError)) throw error;
        throw badLine(file, lineCounter(text)(error.at), {
          problem: `not EDN: ${error.message}`,
          allowed: `a vector of maps, or maps, such as ${example}`,
        });
      }
      return { ...collector.finish(), file, format };
    },
  };
}

/** Every operation of a text with its offset: the items of one vector or list, or all values at the top. */
function* operationsIn(parser: EdnParser): Generator<readonly [Edn, number]> {
  if (parser.next() === undefined) return;
  const bracket = parser.open();
  while (bracket === undefined || !parser.close(bracket)) {
    const at = parser.next();
    if (at === undefined && bracket === undefined) return;
    const value = parser.value();
    yield [value, at ?? 0];
  }
  const after = parser.next();
  if (after !== undefined) throw new EdnError('something after the end of the history', after);
}

/** Line numbers for offsets that only grow. */
function lineCounter(text: string): (at: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return (at) => {
    while (next >= 0 && next < at) {
      line += 1;
      next = text.indexOf('\n', next + 1);
    }
    return line;
  };
}

function rawOperation(file: string, line: number, value: Edn, independent: boolean): RawOperation {
  const map = value instanceof EdnTagged ? value.value : value;
  const bad = (problem: string, allowed: string) => badLine(file, line, { problem, allowed });
  if (!(map instanceof EdnMap))
    throw bad(`not a map: ${show(plain(value))}`, `maps such as ${example}`);
  const fields = new Map(map.entries);
  if (fields.size !== map.entries.length)
    throw bad('a field that is there twice', `maps such as ${example}`);
  const { value: asked, ...raw } = Object.fromEntries(fields) as Record<string, Edn>;
  const rest: RawOperation = Object.fromEntries(
    Object.entries(raw).map(([k, v]) => [k, k === 'time' ? v : plain(v)]),
  );
  if (asked === undefined) return rest;
  const keyed = splitTuple(asked, independent && raw['process'] !== 'nemesis');
  if (keyed === undefined) throw bad(`value ${show(plain(asked))}`, 'a tuple [key value]');
  return { ...rest, ...keyed };
}

export interface EdnWriteOptions {
  /**
   * How the key of an operation is written: `plain`, as Jepsen prints it, `:value [key value]`, which only a reader that
   * knows can tell from a pair; or `tagged`, `:value #jepsen.independent/tuple [key value]`. Default plain.
   */
  readonly tuples?: 'plain' | 'tagged';
}

/**
 * A history as Jepsen prints it, one map per line. Reading gives it back when all operations of clients have a key or none
 * has (then with `independent`), or with tagged tuples. Throws TypeError for a value that JSON cannot hold.
 */
export const writeEdn = (history: History, options: EdnWriteOptions = {}): string =>
  history.map((op) => `${toEDNString(ednOperation(op, options.tuples ?? 'plain'))}\n`).join('');

const keyword = (name: string): EDNVal => (isKeyword.test(name) ? { key: name } : name);
const isKeyword = /^[A-Za-z*!_?<>=][\w*+!\-?<>=.]*$/;

function ednOperation(op: Operation, tuples: 'plain' | 'tagged'): EDNVal {
  const fields: [string, EDNVal | undefined][] = [
    ['index', op.index],
    ['time', op.time],
    ['type', keyword(op.type)],
    ['process', typeof op.process === 'number' ? op.process : keyword(op.process)],
    ['f', keyword(op.f)],
    ['value', ednValue(op, tuples)],
    ['error', op.error],
    ['node', op.node],
  ];
  const present = fields.filter((field): field is [string, EDNVal] => field[1] !== undefined);
  return { map: present.map(([name, value]) => [{ key: name }, value]) };
}

function ednValue(op: Operation, tuples: 'plain' | 'tagged'): EDNVal | undefined {
  const value =
    op.f === 'txn'
      ? transaction(op.value)
      : op.value === undefined
        ? undefined
        : fromJson(op.value);
  if (op.key === undefined) return value;
  const tuple = [op.key, value ?? null];
  return tuples === 'plain' ? tuple : { tag: 'jepsen.independent/tuple', val: tuple };
}

/** Elle and Knossos want the functions inside a transaction as keywords: `[[:append 1 2] [:r 1 nil]]`. */
function transaction(value: unknown): EDNVal | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return fromJson(value);
  return value.map((step: unknown) => {
    if (!Array.isArray(step) || typeof step[0] !== 'string') return fromJson(step);
    return [keyword(step[0]), ...step.slice(1).map(fromJson)];
  });
}

function fromJson(value: unknown): EDNVal {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value !== 'object') throw new TypeError(`no EDN for a ${typeof value} in a history`);
  return { map: Object.entries(value).map(([key, item]) => [keyword(key), fromJson(item)]) };
}
