/** A verdict on a history from anywhere: read it, refuse what is impossible, ask the checker. */

import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Anomaly, CheckContext, Checker, CheckResult } from '#checkers/checker';
import type { LinearizableEvidence } from '#checkers/linearizable';
import { withReduction } from '#checkers/reductions';
import { renderHistoryHtml } from '#reports/history-html';
import { BadInput } from '../errors.ts';
import {
  type HistoryFormat,
  historyFormat,
  looksIndependent,
  pairs,
  type ReadHistory,
  readHistory,
  validateHistory,
} from '../history/index.ts';
import { checkerFor } from './check-models.ts';
import { historyPage } from './history-page.ts';

export interface CheckFileOptions {
  readonly file: string;
  /** A name of `checkModels`. */
  readonly model: string;
  /** For transactions: names of consistency models, all of which the history must be of. Default strict-serializable. */
  readonly consistencyModels?: readonly string[];
  /** For registers in transactions: assume that every process sees each key grow older in one direction. */
  readonly sequentialKeys?: boolean;
  /** For registers in transactions: assume that every key is linearizable. */
  readonly linearizableKeys?: boolean;
  /** `jsonl`, `edn`, `jepsen-log` or `porcupine-kv`. Default: told from content and extension. */
  readonly format?: string;
  /** What the object holds at first, in the terms of the model. Default: the model's. */
  readonly init?: unknown;
  /**
   * EDN and Jepsen logs: whether values are plain `[key value]` tuples over independent objects. Default: when the history
   * reads `[key nil]`.
   */
  readonly independent?: boolean;
  /** Budget of the check, without reading, in ms; past it the verdict is `unknown`. */
  readonly timeLimitMs: number;
  /** Where to write a page that shows operations, orders and states: one HTML file. Default: nowhere. */
  readonly visualize?: string;
}

/** What `check --json` prints. */
export interface CheckFileResult extends CheckResult {
  readonly model: string;
  readonly format: HistoryFormat;
  /** Invocations of clients in the file. */
  readonly operations: number;
  /** Those that the verdict rests on: without failed operations and without reads that learnt nothing. */
  readonly checkedOperations: number;
  readonly anomalies: readonly Anomaly[];
  /** What was odd about the file, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * Reads a history and judges it against a model. Throws BadInput for a file that cannot be read, is empty or impossible,
 * for an unknown format or model, for a page that cannot be written, and for operations or an initial value that the model does not have.
 */
export async function checkFile(options: CheckFileOptions): Promise<CheckFileResult> {
  const { file, model, timeLimitMs } = options;
  if (!(timeLimitMs > 0)) {
    throw new BadInput(`time limit ${timeLimitMs}. Allowed: milliseconds above 0.`);
  }
  const init = options.init === undefined ? {} : { init: options.init };
  let evidence: LinearizableEvidence | undefined;
  const onChecked = (told: LinearizableEvidence): void => {
    evidence = told;
  };
  const { consistencyModels, sequentialKeys = false, linearizableKeys = false } = options;
  const checker = checkerFor({
    model,
    ...(consistencyModels === undefined ? {} : { consistencyModels }),
    sequentialKeys,
    linearizableKeys,
    ...init,
    onChecked,
  });
  const { read, warnings } = await readForChecking(options);
  const { history } = read;
  if (history.length === 0 && read.format !== 'jepsen-log') {
    throw new BadInput(
      `${file}: there are no operations in it. Allowed: a history with at least one. Check that it is the right file.`,
    );
  }
  validateHistory(history, read);
  const { valid, ...details } = await checkNaming(file, checker, { history, timeLimitMs });
  if (options.visualize !== undefined) {
    const title = basename(file);
    const page =
      evidence === undefined
        ? renderHistoryHtml({ title, model, history, result: { valid, ...details } })
        : historyPage(title, history, evidence);
    await writePage(options.visualize, page);
  }
  const operations = pairs(history).length;
  return {
    valid,
    model,
    format: read.format,
    operations,
    checkedOperations: operations,
    anomalies: [],
    ...details,
    warnings: [...warnings, ...unseen(file, details)],
  };
}

/** Operations that the model does not have are the file's fault, so the error says which file. */
async function checkNaming(
  file: string,
  checker: Checker,
  context: CheckContext,
): Promise<CheckResult> {
  try {
    return await withReduction(checker).check(context);
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    throw new BadInput(`${file}: ${error.message}`, { cause: error });
  }
}

async function writePage(file: string, page: string): Promise<void> {
  try {
    await writeFile(file, page);
  } catch (error) {
    throw new BadInput(
      `${file}: the page cannot be written there (${error instanceof Error ? error.message : String(error)}). Allowed: a file in a folder that exists and may be written to.`,
      { cause: error },
    );
  }
}

/** A verdict must not hide that it rests on fewer reads than the file has. */
function unseen(
  file: string,
  { readsThatLearntNothing: count }: Record<string, unknown>,
): string[] {
  if (typeof count !== 'number' || count === 0) return [];
  return [
    `${file}: ${count} successful reads have no value, or nil where the object does not start as nil; they were not checked`,
  ];
}

/** Reads the file, a second time as tuples if it turns out to consist of them. */
async function readForChecking(
  options: CheckFileOptions,
): Promise<{ readonly read: ReadHistory; readonly warnings: readonly string[] }> {
  const { file, independent } = options;
  const format = options.format === undefined ? {} : { format: historyFormat(options.format) };
  const read = await readHistory(file, { ...format, independent: independent ?? false });
  const mayHaveTuples = read.format === 'edn' || read.format === 'jepsen-log';
  if (independent !== undefined || !mayHaveTuples || !looksIndependent(read.history)) {
    return { read, warnings: messagesOf(read) };
  }
  const again = await readHistory(file, { format: read.format, independent: true });
  const note = `${file}: its values are [key value] tuples; every key was checked as an object of its own`;
  return { read: again, warnings: [...messagesOf(again), note] };
}

const messagesOf = ({ warnings }: ReadHistory): string[] =>
  warnings.map((warning) => warning.message);
