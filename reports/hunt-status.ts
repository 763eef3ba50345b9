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
  /** Runs of smaller tests so far; left out where they are too many to be told. */
  readonly tried?: number;
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
  const { runs, seconds, virtualSeconds, undecided, failures, shrinking, tried } = progress;
  return [
    runs === 1 ? '1 seed' : `${grouped(runs)} seeds`,
    rateText(seconds > 0 ? runs / seconds : 0),
    // Real processes have no other time than everybody.
    ...(virtualSeconds > 0 ? [`${duration(virtualSeconds * 1000)} of virtual time`] : []),
    `${progress.reached} of ${progress.counters} corners reached`,
    failures === 0 ? 'no failure' : plural(failures, 'failure'),
    ...(shrinking > 0 ? [`shrinking ${shrinking}${triedText(tried)}`] : []),
    ...(undecided > 0 ? [`${undecided} undecided`] : []),
  ].join(' · ');
}

const triedText = (tried: number | undefined): string =>
  tried === undefined ? '' : ` (${plural(tried, 'run')} so far)`;

/** Seeds per second as people say it: slow hunts by the minute. */
export const rateText = (perSecond: number): string =>
  perSecond >= 1 || perSecond === 0
    ? `${perSecond.toFixed(1)}/s`
    : `${(60 * perSecond).toFixed(1)}/min`;

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
