/** One way in for all formats. */

import { BadInput } from '../errors.ts';
import { ednReader, porcupineKvReader } from './edn.ts';
import { jepsenLogReader } from './jepsen-log.ts';
import { jsonlReader } from './jsonl.ts';
import { forEachLine, type Line, linesOf } from './lines.ts';
import {
  type FormatReader,
  formats,
  type HistoryFormat,
  type ReadHistory,
  type ReadOptions,
} from './reader.ts';
import { show } from './source.ts';

/** A log may begin with many lines that are no operations. */
const sniffedLines = 1000;

const readers: Readonly<
  Record<HistoryFormat, (file: string, options: ReadOptions) => FormatReader>
> = {
  jsonl: jsonlReader,
  edn: ednReader,
  'jepsen-log': jepsenLogReader,
  'porcupine-kv': porcupineKvReader,
};

/** Narrows a word from a command line. Throws BadInput that lists the formats. */
export function historyFormat(name: string): HistoryFormat {
  const known = Object.keys(formats).find((format): format is HistoryFormat => format === name);
  if (known !== undefined) return known;
  throw new BadInput(`unknown format ${show(name)}. Allowed: ${Object.keys(formats).join(', ')}.`);
}

/**
 * Reads a history file of any known format, line by line. Throws BadInput when it cannot be read, when its format is not
 * known, and for every line that makes no sense by itself. Whether the whole makes sense is `validateHistory`'s question.
 */
export async function readHistory(file: string, options: ReadOptions = {}): Promise<ReadHistory> {
  const format = options.format ?? (await detectFormat(file));
  const reader = readers[format](file, options);
  await forEachLine(file, (line) => reader.line(line), { lenient: format === 'jepsen-log' });
  return withEmptiness(reader.finish());
}

/** The same for a text in memory. `file` is what errors call it. */
export function parseHistory(
  text: string,
  options: ReadOptions & { readonly format: HistoryFormat; readonly file?: string },
): ReadHistory {
  const reader = readers[options.format](options.file ?? 'history', options);
  for (const line of linesOf(text)) reader.line(line);
  return withEmptiness(reader.finish());
}

function withEmptiness(read: ReadHistory): ReadHistory {
  if (read.history.some((op) => op.process !== 'nemesis')) return read;
  const message = `${read.file}: there is no operation of a client in it`;
  return { ...read, warnings: [...read.warnings, { kind: 'no-operations', message }] };
}

const extensions: readonly (readonly [RegExp, HistoryFormat])[] = [
  [/\.(?:jsonl|ndjson)$/i, 'jsonl'],
  [/\.edn$/i, 'edn'],
  [/\.log$/i, 'jepsen-log'],
];

/**
 * The format of a file: by its extension, unless the content plainly says otherwise. Throws BadInput when neither tells,
 * or when the file cannot be read.
 */
export async function detectFormat(file: string): Promise<HistoryFormat> {
  const byName = extensions.find(([pattern]) => pattern.test(file))?.[1];
  let byContent: HistoryFormat | undefined;
  let seen = 0;
  const sniff = (line: Line): boolean => {
    byContent = formatOfLine(line);
    seen += 1;
    return byContent === undefined && seen < sniffedLines;
  };
  await forEachLine(file, sniff, { lenient: true });
  // Maps with keys are EDN too: the name decides.
  if (byContent === 'porcupine-kv' && byName === 'edn') return byName;
  const format = byContent ?? byName;
  if (format !== undefined) return format;
  const what = seen === 0 ? 'it is empty' : 'neither its extension nor its content tells';
  throw new BadInput(
    `cannot tell the format of ${show(file)}: ${what}. Allowed: ${Object.keys(formats).join(', ')}. Name it with --format.`,
  );
}

/** What one line gives away, if anything. */
function formatOfLine({ text }: Line): HistoryFormat | undefined {
  const line = text.trimStart();
  if (/^\{\s*"/.test(line)) return 'jsonl';
  if (/\bjepsen\.util\b\s*[-:]?\s*(?:\d+|:nemesis)\s+:/.test(line)) return 'jepsen-log';
  const isMap = /^\{\s*:/.test(line);
  if (isMap && /:f :(?:get|put|append)\b/.test(line) && /:key\s/.test(line)) return 'porcupine-kv';
  if (isMap || /^[[(]\s*(?:#[\w./]+\s*)?\{/.test(line)) return 'edn';
  return undefined;
}
