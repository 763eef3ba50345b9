/** JSON lines: one operation per line. Our own format, and the one in which a run is recorded. */

import { Collector, type RawOperation, type Warning } from './collector.ts';
import type { Line } from './lines.ts';
import type { Operation } from './operation.ts';
import type { FormatReader, ReadHistory } from './reader.ts';
import { badLine, show } from './source.ts';

const example = '{"type":"invoke","process":0,"f":"read","value":null}';

/**
 * Reads JSON lines. Blank lines are skipped. A last line without a line break that is not JSON is what a killed writer
 * leaves: it becomes a warning. Anywhere else, a line that is not a JSON object is a BadInput.
 */
export function jsonlReader(file: string): FormatReader {
  const collector = new Collector(file);
  const warnings: Warning[] = [];
  return {
    line(line: Line) {
      if (line.text.trim() === '') return;
      if (isTooDeep(line.text)) {
        throw badLine(file, line.number, {
          problem: `a value that is nested deeper than ${maxDepth}`,
          allowed: `lists and objects in each other up to ${maxDepth} deep`,
        });
      }
      const parsed = parse(line.text);
      if (parsed !== undefined) {
        collector.add(parsed, line.number);
      } else if (line.terminated) {
        throw badLine(file, line.number, {
          problem: `not a JSON object: ${show(line.text)}`,
          allowed: `one JSON object per line, such as ${example}`,
          next: 'For another format name it with --format',
        });
      } else {
        const message = `${file}:${line.number}: the last line is cut off and was ignored: ${show(line.text)}`;
        warnings.push({ kind: 'torn-last-line', line: line.number, message });
      }
    },
    finish(): ReadHistory {
      const collected = collector.finish();
      return {
        ...collected,
        file,
        format: 'jsonl',
        warnings: [...collected.warnings, ...warnings],
      };
    },
  };
}

/** Deeper nesting than any history has; a limit of ours rather than of the stack. The same as in EDN. */
const maxDepth = 200;

/** Whether brackets outside of texts are nested deeper than that. */
function isTooDeep(line: string): boolean {
  // Most lines do not have that many at all.
  if (line.length <= 2 * maxDepth || line.split(/[[{]/, maxDepth + 2).length < maxDepth + 2) {
    return false;
  }
  let depth = 0;
  for (const [token] of line.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
}

/** 16 digits or more may be beyond what a number can tell apart. */
const hugeNumber = /\d{16}/;

/** The object on one line, or undefined when there is none. */
function parse(text: string): RawOperation | undefined {
  try {
    const value: unknown = hugeNumber.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Integers that would be rounded become strings of digits; two values that differ must never look equal. */
function keepDigits(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const digits = context?.source;
  if (typeof value !== 'number' || key === 'time' || digits === undefined) return value;
  return /^-?\d+$/.test(digits) && String(value) !== digits && !Object.is(value, -0)
    ? digits
    : value;
}

/**
 * One operation as a line of JSON with its line break, fields always in the same order. The inverse of reading for every
 * JSON value. Throws TypeError for a value that has no JSON (a bigint, a cycle).
 */
export function serializeOperation(op: Operation): string {
  const { index, time, type, process, f, key, value, error, node, due } = op;
  // Fields that are undefined are left out. One plain stringify was measured faster than putting the line together by hand.
  return `${JSON.stringify({ index, time, type, process, f, key, value, error, node, due })}\n`;
}

/** A whole history as JSON lines. */
export const serializeHistory = (history: Iterable<Operation>): string =>
  Array.from(history, serializeOperation).join('');
