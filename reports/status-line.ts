/** What a run is doing, live: one line redrawn in place on a terminal, now and then a line elsewhere, nothing without a stream. */

import { styleText } from 'node:util';
import { duration, grouped, plain, shorten } from './text.ts';

export interface RunProgress {
  readonly elapsedMs: number;
  /** How long the workload goes on. */
  readonly totalMs: number;
  /** Completions so far. */
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** Faults in effect. */
  readonly active: readonly string[];
  readonly leader?: string;
}

export interface StatusLine {
  /** Something new began. */
  phase(name: string): void;
  /** May be called as often as one likes: drawn ten times a second at most. */
  progress(progress: RunProgress): void;
  /** Removes the line. May be called twice; what comes after it is ignored. */
  end(): void;
}

/** The part of a terminal that is needed here. */
export interface StatusStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface StatusOptions {
  /** A monotonic clock, ms. */
  readonly nowMs?: () => number;
}

/** How often the line is drawn on a terminal, ms. */
const drawEveryMs = 100;

/** How often a line is written where it cannot be redrawn, ms. */
const plainEveryMs = 10_000;

/** The rate shown is that of the last so many ms: long enough to be calm, short enough to show an outage. */
const rateWindowMs = 1000;

const barWidth = 12;

const clearLine = '\r\u001b[2K';

/** Completions per second over the last second or so. */
class Rate {
  #marks: { readonly ms: number; readonly done: number }[] = [];

  /** The rate after `done` completions at a time that does not go back; undefined before there is one. */
  at(ms: number, done: number): number | undefined {
    this.#marks.push({ ms, done });
    while (this.#marks.length > 2 && ms - (this.#marks[1]?.ms ?? ms) >= rateWindowMs) {
      this.#marks.shift();
    }
    const first = this.#marks[0];
    if (first === undefined || ms <= first.ms) return undefined;
    return ((done - first.done) * 1000) / (ms - first.ms);
  }
}

function bar(share: number): string {
  const full = Math.round(Math.max(0, Math.min(1, share)) * barWidth);
  return `${'━'.repeat(full)}${'╌'.repeat(barWidth - full)}`;
}

/** The line without styles: it is cut to the width of the terminal, so it must not hold escapes. */
function describe(progress: RunProgress, rate: number | undefined): string {
  const { elapsedMs, totalMs, ok, fail, info, active, leader } = progress;
  const leftMs = totalMs - elapsedMs;
  const left = leftMs > 0 ? `${duration(Math.ceil(leftMs / 1000) * 1000)} left` : 'finishing';
  return [
    `${bar(elapsedMs / totalMs)} ${left}`,
    ...(rate === undefined ? [] : [`${grouped(rate)} ops/s`]),
    `${grouped(ok)} ok ${grouped(fail)} fail ${grouped(info)} info`,
    `leader ${leader ?? 'unknown'}`,
    active.length === 0 ? 'no fault' : active.join(' + '),
  ]
    .map(plain)
    .join(' · ');
}

const silent: StatusLine = { phase: () => {}, progress: () => {}, end: () => {} };

/** One place at the bottom of a terminal. */
function redrawn(stream: StatusStream, nowMs: () => number): StatusLine {
  const rate = new Rate();
  let drawnMs = -Infinity;
  let ended = false;
  const draw = (text: string): void => {
    const line = shorten(text, Math.max(10, (stream.columns ?? 80) - 1));
    stream.write(`${clearLine}${styleText('dim', line, { validateStream: false })}`);
  };
  return {
    phase(name) {
      if (!ended) draw(plain(name));
    },
    progress(progress) {
      const now = nowMs();
      if (ended || now - drawnMs < drawEveryMs) return;
      drawnMs = now;
      const done = progress.ok + progress.fail + progress.info;
      draw(describe(progress, rate.at(now, done)));
    },
    end() {
      if (!ended) stream.write(clearLine);
      ended = true;
    },
  };
}

/** Whole lines, few of them. */
function appended(stream: StatusStream, nowMs: () => number): StatusLine {
  const rate = new Rate();
  let writtenMs = nowMs();
  let ended = false;
  rate.at(writtenMs, 0);
  return {
    phase(name) {
      if (!ended) stream.write(`${plain(name)}\n`);
    },
    progress(progress) {
      const now = nowMs();
      if (ended || now - writtenMs < plainEveryMs) return;
      writtenMs = now;
      const done = progress.ok + progress.fail + progress.info;
      stream.write(`${describe(progress, rate.at(now, done))}\n`);
    },
    end() {
      ended = true;
    },
  };
}

/** For `undefined` a status line that says nothing. Has no timers: it speaks only when spoken to. */
export function statusLine(stream?: StatusStream, options: StatusOptions = {}): StatusLine {
  if (stream === undefined) return silent;
  const nowMs = options.nowMs ?? (() => performance.now());
  return stream.isTTY === true ? redrawn(stream, nowMs) : appended(stream, nowMs);
}
