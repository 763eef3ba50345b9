/** What every format's reader offers, and what it gives. */

import type { Warning } from './collector.ts';
import type { Line } from './lines.ts';
import type { History } from './operation.ts';
import type { Source } from './source.ts';

/** The formats that can be read, each with what it is. */
export const formats = {
  jsonl: 'one JSON object per line; what a run records',
  edn: "Jepsen's history.edn: a vector of maps, or one map per line",
  'jepsen-log': "Jepsen's text log; lines that are no operations are skipped",
  'porcupine-kv': "Porcupine's key-value tests: one EDN map with a :key per line",
} as const;
export type HistoryFormat = keyof typeof formats;

export interface ReadHistory extends Source {
  readonly format: HistoryFormat;
  /** In the order of the file, indices from 0 without gaps. Not yet validated. */
  readonly history: History;
  readonly lines: readonly number[];
  readonly warnings: readonly Warning[];
}

/** Takes the lines of one file one by one. Both methods throw BadInput that names the file and the line. */
export interface FormatReader {
  line(line: Line): void;
  finish(): ReadHistory;
}

export interface ReadOptions {
  /** Default: told from the content, else from the file's extension. */
  readonly format?: HistoryFormat;
  /**
   * EDN and Jepsen logs only: every value is a plain `[key value]`, as tests over independent objects print it. Values
   * that are marked as tuples (`#jepsen.independent/tuple [key value]`) are understood without this. Default false.
   */
  readonly independent?: boolean;
}
