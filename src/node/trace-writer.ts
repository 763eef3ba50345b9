/**
 * A node's trace: protocol events as JSON lines, written in batches. `timeNs` is CLOCK_MONOTONIC, the same for all processes of a
 * machine, so that traces of several nodes and the harness can be put on one axis.
 */

import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { NodeId, TraceEvent } from '../consensus/algorithm.ts';
import { traceFlushCharacters, traceFlushMs } from './limits.ts';

export interface TraceWriter {
  event(event: TraceEvent): void;
  /** Writes what is left, synchronously. Nothing may come after it. */
  close(): void;
}

/** For when no trace is wanted: costs nothing. */
export const noTrace: TraceWriter = { event: () => {}, close: () => {} };

/** One line of a trace file. `seq` counts the events of an incarnation from 1, without gaps. */
export interface TraceLine extends TraceEvent {
  readonly timeNs: number;
  readonly node: NodeId;
  readonly incarnation: number;
  readonly seq: number;
}

class FileTrace implements TraceWriter {
  readonly #fd: number;
  readonly #node: NodeId;
  readonly #incarnation: number;
  #seq = 0;
  #lines: string[] = [];
  #characters = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(fd: number, node: NodeId, incarnation: number) {
    this.#fd = fd;
    this.#node = node;
    this.#incarnation = incarnation;
  }

  event(event: TraceEvent): void {
    this.#seq += 1;
    const line: TraceLine = {
      timeNs: Number(process.hrtime.bigint()),
      node: this.#node,
      incarnation: this.#incarnation,
      seq: this.#seq,
      ...event,
    };
    const text = `${JSON.stringify(line)}\n`;
    this.#lines.push(text);
    this.#characters += text.length;
    if (this.#characters > traceFlushCharacters) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), traceFlushMs);
  }

  close(): void {
    this.#flush();
    closeSync(this.#fd);
  }

  /** Synchronous: some microseconds into the page cache, and no question of what was written when the process has to stop. */
  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const bytes = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    this.#characters = 0;
    try {
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
    } catch {
      // A trace that cannot be written must not stop the node: the lines are lost, and `seq` shows the gap.
    }
  }
}

/** Appends to `path`, which is made when it is not there. Throws the system's error. */
export function openTrace(path: string, node: NodeId, incarnation: number): TraceWriter {
  mkdirSync(dirname(path), { recursive: true });
  return new FileTrace(openSync(path, 'a'), node, incarnation);
}
