/** Where words go: with `--json` one document on stdout and everything else on stderr. */

import { Interrupted } from '../errors.ts';

export interface Output {
  /** Progress, summaries, warnings. */
  readonly words: NodeJS.WriteStream;
  line(text: string): void;
  /** The machine-readable result; printed only with `--json`. */
  result(value: unknown): void;
}

export function output(json: boolean): Output {
  const words = json ? process.stderr : process.stdout;
  return {
    words,
    line: (text) => words.write(`${text}\n`),
    result: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
  };
}

/** Aborts on the first Ctrl-C or SIGTERM, so that everything is stopped and written; a second one gives up at once. */
export function interruptible(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Interrupted('stopped before there was anything to analyze'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
