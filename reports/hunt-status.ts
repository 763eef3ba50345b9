/** What a hunt is doing, live: one line redrawn in place on a terminal, now and then a line elsewhere. */

import { styleText } from 'node:util';
import type { StatusStream } from './status-line.ts';
import { duration, grouped, plural, shorten } from './text.ts';

export interface HuntProgress {
  readonly runs: number;
  readonly seconds: number;
  readonly virtualSeconds: number;
  readonly undecided: number;
  readonly failures: number;
  readonly shrinking: number;
  readonly reached: number;
  readonly counters: number;
}

export interface HuntStatus {
  /** May be called as often as one likes. */
  progress(progress: HuntProgress): void;
  /** Removes the line. May be called twice. */
  end(): void;
}

const drawEveryMs = 200;
/** How often a line is written where it cannot be redrawn, ms. */
const plainEveryMs = 15_000;
const clearLine = '\r\u001b[2K';

function describe(progress: HuntProgress): string {
  const { runs, seconds, virtualSeconds, undecided, failures, shrinking } = progress;
  const rate = seconds > 0 ? Math.round((10 * runs) / seconds) / 10 : 0;
  return [
    `${grouped(runs)} seeds`,
    `${rate}/s`,
    `${duration(virtualSeconds * 1000)} of virtual time`,
    `${progress.reached} of ${progress.counters} corners reached`,
    failures === 0 ? 'no failure' : plural(failures, 'failure'),
    ...(shrinking > 0 ? [`shrinking ${shrinking}`] : []),
    ...(undecided > 0 ? [`${undecided} undecided`] : []),
  ].join(' · ');
}

export function huntStatus(stream: StatusStream): HuntStatus {
  const isTerminal = stream.isTTY === true;
  let drawnMs = isTerminal ? Number.NEGATIVE_INFINITY : performance.now();
  let ended = false;
  return {
    progress(progress) {
      const now = performance.now();
      if (ended || now - drawnMs < (isTerminal ? drawEveryMs : plainEveryMs)) return;
      drawnMs = now;
      const text = describe(progress);
      if (!isTerminal) stream.write(`${text}\n`);
      else {
        const line = shorten(text, Math.max(10, (stream.columns ?? 80) - 1));
        stream.write(`${clearLine}${styleText('dim', line, { validateStream: false })}`);
      }
    },
    end() {
      if (!ended && isTerminal) stream.write(clearLine);
      ended = true;
    },
  };
}
