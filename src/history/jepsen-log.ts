/**
 * Jepsen's text log, in which every operation is one line among others:
 *
 *     INFO  jepsen.util - 1   :invoke :cas    [1 2]
 *     INFO  jepsen.util - 1   :info   :cas    :timed-out
 *     2019-01-01 10:00:00,000 INFO [jepsen worker 1] jepsen.util: 1 :fail :cas [1 2] :did-not-succeed
 */

import { Collector, type RawOperation } from './collector.ts';
import { type Edn, EdnError, EdnParser } from './edn-parser.ts';
import { plain, splitTuple } from './edn-values.ts';
import type { FormatReader, ReadHistory, ReadOptions } from './reader.ts';
import { badLine, show } from './source.ts';

/** Process, type, function, and whatever follows. */
const operationLine = /\bjepsen\.util\b\s*[-:]?\s*(\d+|:nemesis)\s+:(\S+)\s+:(\S+)(?:\s+(.*))?$/;

/** Reads the lines that are operations and skips all others. There are no times in it: the order is all there is. */
export function jepsenLogReader(file: string, options: ReadOptions): FormatReader {
  const collector = new Collector(file);
  let lastLine = 0;
  return {
    line({ text, number }) {
      lastLine = number;
      const found = operationLine.exec(text.trimEnd());
      if (found === null) return;
      const [, process = '', type = '', f = '', rest = ''] = found;
      const isNemesis = process === ':nemesis';
      const raw = { type, f, process: isNemesis ? 'nemesis' : Number(process) };
      const told = isNemesis
        ? { value: rest }
        : outcome(file, number, type, rest, options.independent ?? false);
      collector.add({ ...raw, ...told }, number);
    },
    finish(): ReadHistory {
      // A log of something else must not pass as a history in which nothing happened.
      if (lastLine > 0 && collector.size === 0) {
        throw badLine(file, lastLine, {
          problem: `no operation in ${lastLine} lines`,
          allowed: 'lines such as INFO  jepsen.util - 1   :invoke :write  3',
        });
      }
      return { ...collector.finish(), file, format: 'jepsen-log' };
    },
  };
}

/** What follows the function: a value, or an error, or both. */
function outcome(
  file: string,
  line: number,
  type: string,
  rest: string,
  independent: boolean,
): Pick<RawOperation, 'key' | 'value' | 'error'> {
  if (rest === '') return {};
  const mayHaveError = type === 'fail' || type === 'info';
  // A keyword alone after a failure is the reason: `:timed-out`.
  if (mayHaveError && /^:\S+$/.test(rest)) return { error: rest.slice(1) };
  const { value, after } = valueAndRest(file, line, rest);
  if (after !== '' && !mayHaveError) {
    throw badLine(file, line, { problem: `${show(after)} after the value`, allowed: 'one value' });
  }
  const keyed = splitTuple(value, independent);
  if (keyed === undefined) {
    throw badLine(file, line, { problem: `value ${rest}`, allowed: 'a tuple [key value]' });
  }
  return { ...keyed, ...(after === '' ? undefined : { error: reason(after) }) };
}

function valueAndRest(file: string, line: number, text: string): { value: Edn; after: string } {
  const parser = new EdnParser(text);
  try {
    const value = parser.value();
    return { value, after: text.slice(parser.next() ?? text.length) };
  } catch (error) {
    if (!(error instanceof EdnError)) throw error;
    throw badLine(file, line, {
      problem: `not a value: ${show(text)} (${error.message})`,
      allowed: 'a value in EDN: 3, nil, [1 2], ...',
    });
  }
}

/** Reasons are often EDN and sometimes just words. */
function reason(text: string): unknown {
  try {
    const parser = new EdnParser(text);
    const value = plain(parser.value());
    return parser.next() === undefined ? value : text;
  } catch {
    return text;
  }
}
