/**
 * The members' roles as a trace, out of what they log: who campaigned and who led, when. Lines are stamped when they are seen, so
 * that a member whose clock a fault has set still is on the same axis as all others; that makes events late by `pollMs` at most.
 */

import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { openTrace, type TraceWriter } from '../../node/trace-writer.ts';

/** How often logs are looked at, ms: a tenth of an election timeout. */
const pollMs = 25;
const chunkBytes = 64 * 1024;

const roles: Readonly<Record<string, string>> = {
  leader: 'becomeLeader',
  candidate: 'becomeCandidate',
  'pre-candidate': 'becomePreCandidate',
  follower: 'becomeFollower',
};

export type LogEvent =
  | { readonly kind: 'started' }
  | { readonly kind: 'role'; readonly ev: string; readonly term: number };

/** What a line of etcd's log (zap, JSON) says of its role; undefined when it says nothing of it. */
export function eventIn(line: string): LogEvent | undefined {
  // The first thing that every start logs.
  if (line.includes('"msg":"configuring peer listeners"')) return { kind: 'started' };
  const [, role, term] =
    /"msg":"[0-9a-f]+ became (leader|(?:pre-)?candidate|follower) at term (\d+)"/.exec(line) ?? [];
  const ev = roles[role ?? ''];
  return ev === undefined ? undefined : { kind: 'role', ev, term: Number(term) };
}

export interface FollowedLog {
  readonly node: string;
  readonly logFile: string;
  readonly traceFile: string;
}

/** One log, which may not be there yet. */
class Follower {
  readonly #log: FollowedLog;
  readonly #chunk = Buffer.alloc(chunkBytes);
  readonly #decoder = new StringDecoder('utf8');
  #fd: number | undefined;
  #rest = '';
  #incarnation = 0;
  #trace: TraceWriter | undefined;

  constructor(log: FollowedLog) {
    this.#log = log;
  }

  look(): void {
    const { logFile } = this.#log;
    if (this.#fd === undefined && !existsSync(logFile)) return;
    this.#fd ??= openSync(logFile, 'r');
    for (;;) {
      const bytes = readSync(this.#fd, this.#chunk);
      if (bytes === 0) return;
      const lines = (this.#rest + this.#decoder.write(this.#chunk.subarray(0, bytes))).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#note(eventIn(line));
    }
  }

  close(): void {
    this.#trace?.close();
    if (this.#fd !== undefined) closeSync(this.#fd);
  }

  #note(event: LogEvent | undefined): void {
    if (event === undefined) return;
    if (event.kind === 'started' || this.#trace === undefined) {
      this.#trace?.close();
      this.#incarnation += 1;
      this.#trace = openTrace(this.#log.traceFile, this.#log.node, this.#incarnation);
      this.#trace.event({ ev: 'started' });
    }
    if (event.kind === 'role') this.#trace.event({ ev: event.ev, term: event.term });
  }
}

/** Follows the logs until it is disposed of; what was logged until then is in the traces. */
export function followLogs(logs: readonly FollowedLog[]): Disposable {
  const followers = logs.map((log) => new Follower(log));
  const look = (): void => {
    for (const follower of followers) follower.look();
  };
  const timer = setInterval(look, pollMs);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      look();
      for (const follower of followers) follower.close();
    },
  };
}
