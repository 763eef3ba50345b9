/** The traces of a run folder as one sequence of events. Lines of processes that were killed may be torn or missing. */

import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Traced } from './invariants/traced.ts';

const chunkBytes = 256 * 1024;
const lineStart = '{"timeNs":';

/** Lines of a file, read as they are asked for. */
class Lines {
  readonly #fd: number;
  readonly #chunk = Buffer.alloc(chunkBytes);
  readonly #decoder = new TextDecoder();
  #lines: string[] = [];
  #at = 0;
  #rest = '';
  #ended = false;

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
  }

  next(): string | undefined {
    while (this.#at >= this.#lines.length) {
      if (this.#ended) return undefined;
      this.#read();
    }
    const line = this.#lines[this.#at];
    this.#at += 1;
    return line;
  }

  #read(): void {
    const bytes = readSync(this.#fd, this.#chunk);
    this.#ended = bytes === 0;
    const text =
      this.#rest + this.#decoder.decode(this.#chunk.subarray(0, bytes), { stream: bytes > 0 });
    this.#lines = text.split('\n');
    this.#at = 0;
    // The last line is complete only if the file goes on.
    this.#rest = this.#ended ? '' : (this.#lines.pop() ?? '');
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** One node's events. What cannot be read makes the rest of its incarnation unusable. */
export class NodeTrace {
  readonly node: string;
  readonly #lines: Lines | undefined;
  /** The next event, undefined at the end. */
  head: Traced | undefined;
  /** Lines that were not used. */
  skipped = 0;
  #last: Traced | undefined;

  constructor(node: string, path: string) {
    this.node = node;
    this.#lines = existsSync(path) ? new Lines(path) : undefined;
    this.advance();
  }

  advance(): void {
    this.#last = this.head ?? this.#last;
    for (let line = this.#lines?.next(); line !== undefined; line = this.#lines?.next()) {
      if (line === '') continue;
      const event = eventIn(line);
      if (event !== undefined && this.#follows(event)) {
        this.head = event;
        return;
      }
      this.skipped += 1;
    }
    this.head = undefined;
  }

  /** `seq` counts from 1 within an incarnation: a gap is a loss. */
  #follows({ node, incarnation, seq }: Traced): boolean {
    if (node !== this.node) return false;
    if (incarnation === this.#last?.incarnation) return seq === this.#last.seq + 1;
    return seq === 1;
  }

  close(): void {
    this.#lines?.close();
  }
}

/** undefined for a torn line. A new process's first line may stand after the torn last one of its predecessor. */
function eventIn(line: string): Traced | undefined {
  for (const start of new Set([0, line.lastIndexOf(lineStart)])) {
    if (start < 0) continue;
    try {
      const event = JSON.parse(line.slice(start)) as Partial<Traced> | null;
      if (typeof event?.ev === 'string' && typeof event.seq === 'number') return event as Traced;
    } catch {
      // Torn.
    }
  }
  return undefined;
}

/**
 * The traces of all nodes of a run folder, by name; also of `expected` ones of which there is nothing left. Throws the system's error
 * when one cannot be opened.
 */
export function openTraces(folder: string, expected: readonly string[] = []): NodeTrace[] {
  const nodes = join(folder, 'nodes');
  const found = existsSync(nodes) ? readdirSync(nodes) : [];
  return [...new Set([...found, ...expected])]
    .sort()
    .map((node) => new NodeTrace(node, join(nodes, node, 'trace.jsonl')));
}

/** Whether the last line of a file is whole, as far as one can tell. False where there is no file. */
export function endsWhole(path: string): boolean {
  if (!existsSync(path)) return false;
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last.toString() === '\n';
  } finally {
    closeSync(fd);
  }
}

/** The trace whose next event is the oldest; undefined when all are at their end. */
export function earliest(traces: readonly NodeTrace[]): NodeTrace | undefined {
  let first: NodeTrace | undefined;
  for (const trace of traces) {
    if (trace.head === undefined) continue;
    if (first?.head === undefined || trace.head.timeNs < first.head.timeNs) first = trace;
  }
  return first;
}
