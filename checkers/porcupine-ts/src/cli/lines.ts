/**
 * A history in JSON lines, one event a line, in the order in which they happened:
 *
 *     {"process": 0, "type": "invoke", "f": "write", "value": 1}
 *     {"process": 0, "type": "ok", "f": "write", "value": 1}
 *
 * `type` is `invoke`, then `ok` (it happened), `fail` (it did not) or `info` (nobody knows), or nothing more at all, which
 * means the same as `info`. `time` in nanoseconds is for people. Processes that are not numbers, such as `nemesis`, are no
 * clients: their lines become annotations, moments, or of `leaders` what lasts until its next line.
 */

import type { Annotation } from '../visualize/visualize.ts';
import { BadInput } from './bad-input.ts';

/** Something that a client asked, and what came of it. Times are positions of lines. */
export interface Call {
  /** From 1, of the invocation. */
  readonly line: number;
  readonly process: number;
  readonly f: string;
  readonly key?: string | number;
  readonly value: unknown;
  readonly call: number;
  readonly end:
    | { readonly kind: 'ok'; readonly at: number; readonly value: unknown }
    | { readonly kind: 'fail' }
    | { readonly kind: 'unknown' };
}

export interface HistoryLines {
  readonly calls: readonly Call[];
  readonly annotations: readonly Annotation[];
  /** Ms per position; absent when a line has no time. */
  readonly timesMs?: readonly number[];
}

interface Line {
  readonly number: number;
  readonly at: number;
  readonly process: unknown;
  readonly type: unknown;
  readonly f: string;
  readonly key?: string | number;
  readonly value: unknown;
  readonly time: unknown;
}

const types: readonly unknown[] = ['invoke', 'ok', 'fail', 'info'];

const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

function parse(text: string, number: number, at: number): Line {
  const refused = (problem: string) => new BadInput(`line ${number}: ${problem}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused(`it is not JSON: ${text.slice(0, 80)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused(`it is ${show(value).slice(0, 80)}. Allowed: an object with process, type and f`);
  }
  const get = (name: string): unknown =>
    Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  const [f, type, key] = [get('f'), get('type'), get('key')];
  if (!types.includes(type)) throw refused(`type is ${show(type)}. Allowed: ${types.join(', ')}`);
  if (typeof f !== 'string') throw refused(`f is ${show(f)}. Allowed: a text such as "read"`);
  if (key !== undefined && typeof key !== 'string' && typeof key !== 'number') {
    throw refused(`key is ${show(key)}. Allowed: a text or a number, or none`);
  }
  const about = { number, at, type, f, value: get('value'), time: get('time') };
  return { ...about, process: get('process'), ...(key === undefined ? {} : { key }) };
}

type Open = Omit<Call, 'end'> & { end: Call['end'] };

class Calls {
  readonly all: Open[] = [];
  readonly #open = new Map<number, Open>();

  add({ process, type, f, key, value, at, number }: Line): void {
    if (typeof process !== 'number') return;
    const open = this.#open.get(process);
    if (type === 'invoke') {
      if (open !== undefined) {
        throw new BadInput(
          `line ${number}: process ${process} invokes ${f}, but its ${open.f} of line ${open.line} has not ended. A process does one thing at a time`,
        );
      }
      const call: Open = {
        line: number,
        process,
        f,
        value,
        call: at,
        end: { kind: 'unknown' },
        ...(key === undefined ? {} : { key }),
      };
      this.all.push(call);
      this.#open.set(process, call);
      return;
    }
    if (open === undefined || open.f !== f) {
      throw new BadInput(
        `line ${number}: ${String(type)} of ${f} by process ${process}, which ${open === undefined ? 'has nothing open' : `has a ${open.f} open, from line ${open.line}`}. Allowed: invoke first, then its end`,
      );
    }
    if (type === 'ok') open.end = { kind: 'ok', at, value };
    if (type === 'fail') open.end = { kind: 'fail' };
    this.#open.delete(process);
  }
}

/** One leader follows another; everything else is a moment. */
const lasts: readonly unknown[] = ['leader', 'leaders'];

const annotation = ({ process, f, value, at }: Line): Annotation => ({
  row: typeof process === 'string' ? process : show(process),
  text: value === undefined || value === null ? f : `${f} ${show(value)}`,
  start: at,
  ...(lasts.includes(process) ? { end: 'next' } : {}),
});

/** Throws BadInput that names the line. */
export function parseLines(text: string): HistoryLines {
  const lines = text
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }, at) => parse(line, number, at));
  const calls = new Calls();
  for (const line of lines) calls.add(line);
  const times = lines.map(({ time }) => time).filter((time) => typeof time === 'number');
  return {
    calls: calls.all,
    annotations: lines
      .filter(({ process, type }) => typeof process !== 'number' && type !== 'invoke')
      .map(annotation),
    ...(times.length === lines.length ? { timesMs: times.map((ns) => ns / 1e6) } : {}),
  };
}
