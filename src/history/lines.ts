/** Text files, line by line, without ever holding the whole file. */

import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';
import { BadInput } from '../errors.ts';

/** One line of a text, without its line break. */
export interface Line {
  readonly text: string;
  /** Counts from 1, as editors do. */
  readonly number: number;
  /** False for a last line that no line break follows: whoever wrote it may have been killed in the middle. */
  readonly terminated: boolean;
}

/** Large enough that the event loop is asked rarely, small enough to be forgotten soon. */
const chunkBytes = 1 << 18;

export interface LinesOptions {
  /**
   * Bytes that are no UTF-8 become U+FFFD, instead of being refused. For logs, of which most lines matter to nobody: where every line
   * counts, two values that differ would look equal. Default false.
   */
  readonly lenient?: boolean;
}

/** The lines of a text that is in memory already. A line break at the very end begins no further line. */
export function* linesOf(text: string): Generator<Line> {
  let start = 0;
  let number = 1;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    const terminated = end >= 0;
    yield { text: text.slice(start, terminated ? end : text.length), number, terminated };
    if (!terminated) return;
    start = end + 1;
    number += 1;
  }
}

/**
 * Calls `visit` for every line of a file, in order; stops early when it returns false. A byte order mark is skipped.
 * Throws BadInput when there is no such file, when it is a directory, when it cannot be read, and when it is no text in UTF-8.
 */
export async function forEachLine(
  file: string,
  // biome-ignore lint/suspicious/noConfusingVoidType: most visitors return nothing, and should not have to say so
  visit: (line: Line) => boolean | void,
  { lenient = false }: LinesOptions = {},
): Promise<void> {
  const decoder = new TextDecoder('utf-8', { fatal: !lenient });
  // Pieces of one line that spans chunks are joined once, at its end: adding them up would be quadratic.
  let pieces: string[] = [];
  let number = 1;
  try {
    for await (const bytes of createReadStream(file, { highWaterMark: chunkBytes })) {
      const chunk = decoded(decoder, bytes, { file, line: number });
      let start = 0;
      for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
        pieces.push(chunk.slice(start, end));
        const text = pieces.length === 1 ? (pieces[0] as string) : pieces.join('');
        pieces = [];
        start = end + 1;
        if (visit({ text, number, terminated: true }) === false) return;
        number += 1;
      }
      if (start < chunk.length) pieces.push(chunk.slice(start));
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  // A character that was cut off in the middle, as a killed writer leaves it, is a part of a line that was cut off.
  if (pieces.length > 0) visit({ text: pieces.join(''), number, terminated: false });
}

/** The next piece of text. Throws BadInput for bytes that are none. `line` is where it begins. */
function decoded(
  decoder: TextDecoder,
  bytes: Uint8Array,
  { file, line }: { readonly file: string; readonly line: number },
): string {
  const refused = (what: string, cause?: unknown): BadInput =>
    new BadInput(`cannot read ${JSON.stringify(file)}: ${what}.`, { cause });
  if (line === 1 && bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw refused('it is compressed by gzip. Unpack it first, such as with gunzip');
  }
  try {
    return decoder.decode(bytes, { stream: true });
  } catch (error) {
    const where = `from line ${line} on there are bytes that are no UTF-8`;
    throw refused(
      `${where}, so that values that differ could look equal. Convert it first, such as with iconv`,
      error,
    );
  }
}

/** What the operating system says, in the user's words; any other error is passed on as it is. */
function unreadable(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  const why = new Map<unknown, string>([
    ['ENOENT', 'there is no such file. Check the path'],
    ['EISDIR', 'it is a directory. Give one file in it'],
    ['EACCES', 'no permission to read it. Allow this user to read it'],
  ]);
  return new BadInput(
    `cannot read ${JSON.stringify(file)}: ${why.get(error.code) ?? error.message}.`,
    { cause: error },
  );
}
