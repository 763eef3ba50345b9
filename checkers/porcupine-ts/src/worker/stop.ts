/** Why a check in threads ends before its time. */

import type { UnknownReason } from '../result.ts';

/** Whatever ends a check before its time; only the first counts. */
export class Stop {
  readonly happened: Promise<void>;
  #reason: UnknownReason | undefined;
  #tell: () => void = () => {};

  constructor() {
    this.happened = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  get reason(): UnknownReason | undefined {
    return this.#reason;
  }

  because(reason: UnknownReason): void {
    this.#reason ??= reason;
    this.#tell();
  }
}
