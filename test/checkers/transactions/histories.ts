/** Histories of transactions in a few characters. */

import type { History, Operation, OperationType } from '#src/history/operation';

export type Step = readonly [f: string, key: string, value: unknown];

/**
 * `ax1 ry12 ry` is: append 1 to x, read y as [1, 2], read y as []. `wx1 rx1 ry_` is: write 1 to x, read x as 1, read y as nil. The
 * blanks may be left out.
 */
export function steps(text: string): Step[] {
  return [...text.matchAll(/([arw])([a-z])([\d_]*)/g)].map(([, f, key = '', digits = '']) => {
    if (f === 'a') return ['append', key, Number(digits)];
    if (f === 'w') return ['w', key, Number(digits)];
    if (digits === '_') return ['r', key, null];
    return ['r', key, Array.from(digits, Number)];
  });
}

/** The same where reads are of registers. */
export const registerSteps = (text: string): Step[] =>
  steps(text).map(([f, key, value]) =>
    f === 'r' && Array.isArray(value) ? [f, key, value[0] ?? null] : [f, key, value],
  );

export interface Line {
  readonly process: number;
  readonly type: OperationType;
  readonly steps: readonly Step[];
}

const asked = (all: readonly Step[]): Step[] =>
  all.map(([f, key, value]) => (f === 'r' ? [f, key, null] : [f, key, value]));

/** A history of these lines, in order. Reads of invocations lose their results. */
export const historyOf = (lines: readonly Line[]): History =>
  lines.map(
    (line, index): Operation => ({
      index,
      time: index * 1000,
      type: line.type,
      process: line.process,
      f: 'txn',
      value: line.type === 'ok' ? line.steps : asked(line.steps),
    }),
  );

/** How a transaction ends; `+` for ok is left out. */
const endings: Readonly<Record<string, OperationType>> = { '!': 'fail', '?': 'info' };

function line(text: string, process: number, parse: (text: string) => Step[]): Line {
  const type = endings[text.at(-1) ?? ''] ?? 'ok';
  return { process, type, steps: parse(text) };
}

/** All at once: every transaction is asked before the first is answered, each by a process of its own. `!` failed, `?` info. */
export function concurrent(texts: readonly string[], parse = steps): History {
  const lines = texts.map((text, process) => line(text, process, parse));
  return historyOf([...lines.map((one) => ({ ...one, type: 'invoke' as const })), ...lines]);
}

/** One after the other. A number and a colon before a transaction name its process, else each has its own. */
export function sequential(texts: readonly string[], parse = steps): History {
  return historyOf(
    texts.flatMap((text, i) => {
      const [, process = String(100 + i), rest = ''] = /^(?:(\d+):)?(.*)$/.exec(text) ?? [];
      const one = line(rest, Number(process), parse);
      return [{ ...one, type: 'invoke' as const }, one];
    }),
  );
}
