/**
 * Histories: what was asked, what was learnt, and when.
 *
 * A history is a list of operations in the order in which the harness saw them. Every request is there twice: `invoke`,
 * written before anything is sent, and a completion. Between the two it took effect, at a moment that nobody saw:
 *
 *     process 0   invoke write 1 |------------------| ok            happened, once, somewhere in between
 *     process 1      invoke read |------| ok 1                      so by the end of this read
 *     process 2       invoke cas [1 2] |---------| fail             did not happen
 *     process 3          invoke write 3 |------| info - - - - - -   may have happened, or may yet, or never
 *     process 7                                   invoke write 4 |-- (the history ends: the same as info)
 *                 ----------------------------------------------------------------------------------> time
 *
 * A process does one thing at a time. After an `info` its number is retired (here 3; its client goes on as 7), because the
 * operation may still be under way. Calling something a `fail` that could yet happen hides violations or invents them;
 * that is why all that is not certain is an `info`.
 *
 * Reading goes in three steps. A format's reader turns each line into fields; the collector turns fields into operations
 * and refuses those that make no sense alone; `validateHistory` refuses what cannot follow what came before. Only then may
 * a checker see it. All refusals are `BadInput` with file and line. The one leniency: the last line of JSON lines may be
 * torn, for a harness that was killed while it wrote; that is a warning.
 *
 *     const read = await readHistory('history.edn');
 *     validateHistory(read.history, read);
 *     for (const { invoke, completion } of pairs(read.history)) ...
 */

export type { Warning } from './collector.ts';
export { type EdnWriteOptions, writeEdn } from './edn.ts';
export { looksIndependent } from './independent.ts';
export { serializeHistory, serializeOperation } from './jsonl.ts';
export { forEachLine, type Line } from './lines.ts';
export type {
  Completion,
  History,
  Invocation,
  Key,
  Operation,
  OperationType,
  Process,
} from './operation.ts';
export { type Pair, pairs } from './pairs.ts';
export { detectFormat, historyFormat, parseHistory, readHistory } from './read.ts';
export { formats, type HistoryFormat, type ReadHistory, type ReadOptions } from './reader.ts';
export { describeOperation, type Source } from './source.ts';
export { validateHistory } from './validate.ts';
