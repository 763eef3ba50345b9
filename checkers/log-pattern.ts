/** Nodes say it themselves when something is badly wrong. */

import { globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BadInput } from '#src/errors';
import { forEachLine } from '#src/history/lines';
import type { CheckContext, Checker, CheckResult } from './checker.ts';

/** One line of a node's log that should not be there. */
export interface LogMatch {
  /** Relative to the run folder: `nodes/n1/log`. */
  readonly file: string;
  readonly line: number;
  /** The line, cut to a readable length. */
  readonly text: string;
}

export interface LogPatternResult extends CheckResult {
  /** Logs that were read; 0 where there is no run folder, or no logs in it. */
  readonly files: number;
  /** All lines that matched; `matches` has the first of them. */
  readonly matchCount: number;
  readonly matches: readonly LogMatch[];
}

export interface LogPatternOptions {
  /** Tested on every line. Flags `g` and `y` make no difference. Default: `troublePattern`. */
  readonly pattern?: RegExp;
  /** Default `log-pattern`. */
  readonly name?: string;
}

/** What programs print when they give up, in the usual words. Our own nodes begin their last line with FATAL. */
export const troublePattern =
  /^\W*fatal\b|\bpanic(?:ked)?\b|\binvariant\b.*\b(?:broken|violated)\b|\buncaught\b|\bunhandled\b.*\brejection\b|\bassertion (?:failed|error)\b|\bAssertionError\b|\bsegmentation fault\b|\bheap out of memory\b/i;

/**
 * What the harness writes into the history when a fault made a node end: its `error` is the line in the node's log. Of a program that is
 * not ours nobody knows which line that is, and a panic has many: there it ends with which lines the process wrote that was hit.
 */
const endsOfFaults: readonly string[] = ['node-stopped', 'node-lost'];
const linesOfProcess = /\(lines (\d+) to (\d+) of its log\)$/;

/** Whether this line of this node's log is there because a fault made the node end. */
function excuses(history: CheckContext['history']) {
  const lines = new Set<string>();
  const ranges: { readonly node: string; readonly from: number; readonly to: number }[] = [];
  for (const { process, f, node, error } of history) {
    if (process !== 'nemesis' || !endsOfFaults.includes(f) || node === undefined) continue;
    lines.add(`${node}: ${error}`);
    const [, from, to] = linesOfProcess.exec(error ?? '') ?? [];
    if (to !== undefined) ranges.push({ node, from: Number(from), to: Number(to) });
  }
  return (node: string, text: string, number: number): boolean =>
    lines.has(`${node}: ${text}`) ||
    ranges.some((one) => one.node === node && number >= one.from && number <= one.to);
}

const limits = {
  /** Matches that are reported with their text; one bad loop can write millions. */
  matches: 100,
  /** Characters of a line that are looked at: a pattern may take quadratic time. */
  tested: 8192,
  /** Characters of a line that are shown. */
  shown: 500,
} as const;

/**
 * A checker that finds a pattern in `<folder>/nodes/<n>/log`. Each matching line is an anomaly with its file and number.
 * Valid without a folder or logs, since there is nothing to find. Unknown when a log cannot be read or the time is up.
 */
export function logPattern(options: LogPatternOptions = {}): Checker {
  const { pattern = troublePattern, name = 'log-pattern' } = options;
  // Global and sticky patterns remember where they stopped: the next line would be searched from its middle.
  const stateless = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  return {
    name,
    // A node whose disk a fault broke has to give up, and says so: that line, of that node, is no trouble.
    summary:
      options.pattern === undefined
        ? 'no node logged a fatal error, a panic, a broken invariant or an uncaught error'
        : `no node logged anything that matches ${String(stateless)}`,
    check: (context) => search(context, stateless),
  };
}

async function search(context: CheckContext, pattern: RegExp): Promise<LogPatternResult> {
  const deadline = performance.now() + context.timeLimitMs;
  const { folder } = context;
  const files = folder === undefined ? [] : globSync(join('nodes', '*', 'log'), { cwd: folder });
  const found: Found = { matches: [], count: 0, late: false };
  const isExpected = excuses(context.history);
  const unreadable: string[] = [];
  let done = 0;
  for (const file of files.toSorted()) {
    try {
      const ofNode = basename(dirname(file));
      const isExcused = (text: string, number: number): boolean => isExpected(ofNode, text, number);
      const tested = { path: join(folder ?? '', file), file, pattern, isExcused };
      await searchFile(tested, deadline, found);
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      unreadable.push(error.message);
    }
    if (found.late) break;
    done += 1;
  }
  const figures = { files: done, matchCount: found.count, matches: found.matches };
  if (found.count > 0) return { ...violation(found), ...figures };
  if (found.late) {
    const reason = `out of time (${context.timeLimitMs} ms) after ${done} of ${files.length} logs`;
    return { valid: 'unknown', reason, ...figures };
  }
  if (unreadable.length > 0) return { valid: 'unknown', reason: unreadable.join(' '), ...figures };
  return { valid: true, ...figures };
}

interface Found {
  readonly matches: LogMatch[];
  count: number;
  late: boolean;
}

interface Searched {
  readonly path: string;
  readonly file: string;
  readonly pattern: RegExp;
  readonly isExcused: (line: string, number: number) => boolean;
}

async function searchFile(
  { path, file, pattern, isExcused }: Searched,
  deadline: number,
  found: Found,
): Promise<void> {
  await forEachLine(path, ({ text, number }) => {
    const isTrouble = pattern.test(
      text.length > limits.tested ? text.slice(0, limits.tested) : text,
    );
    if (isTrouble && !isExcused(text, number)) {
      found.count += 1;
      if (found.matches.length < limits.matches) {
        found.matches.push({ file, line: number, text: text.trim().slice(0, limits.shown) });
      }
    }
    // Asking the clock for every line would cost more than the search.
    found.late = number % 1024 === 0 && performance.now() > deadline;
    return !found.late;
  });
}

function violation(found: Found): CheckResult {
  const [first] = found.matches;
  const more = found.count > 1 ? `, and ${found.count - 1} more lines` : '';
  return {
    valid: false,
    reason: `a node logged trouble: ${first?.file}:${first?.line}: ${first?.text}${more}`,
    anomalies: found.matches.map(({ file, line, text }) => ({
      name: 'log-pattern',
      explanation: `${file}:${line}: ${text}`,
      operations: [],
    })),
  };
}
