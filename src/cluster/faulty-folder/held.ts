/**
 * Requests that are not answered yet: for a while, or while the power is off for ever. A process whose request was read cannot even be killed
 * before it is answered, so each is looked at again and again: when SIGKILL is waiting for the thread, it gets its answer.
 */

import { readFileSync } from 'node:fs';
import { limits } from './limits.ts';

interface Held {
  readonly thread: number;
  readonly dueMs: number;
  readonly go: () => void;
  readonly giveUp: () => void;
}

const sigkillBit = 1n << 8n;

/** Whether SIGKILL waits for this thread, or there is no such thread: then nobody will see the answer. */
export function isDoomed(thread: number): boolean {
  try {
    const text = readFileSync(`/proc/${thread}/status`, 'utf8');
    const pending = /^SigPnd:\s+([0-9a-f]+)$/m.exec(text)?.[1] ?? '0';
    return (BigInt(`0x${pending}`) & sigkillBit) !== 0n;
  } catch {
    return true;
  }
}

export class HeldRequests {
  readonly #held = new Set<Held>();
  #timer: NodeJS.Timeout | undefined;

  /** Calls one of both: `go` after `ms`, `giveUp` as soon as the thread is to die. `ms` may be Infinity. */
  hold(thread: number, ms: number, go: () => void, giveUp: () => void): void {
    this.#held.add({ thread, dueMs: performance.now() + ms, go, giveUp });
    this.#timer ??= setInterval(() => this.#look(), limits.heldPoll);
  }

  #look(): void {
    const nowMs = performance.now();
    for (const held of this.#held) {
      const isDue = nowMs >= held.dueMs;
      if (!isDue && !isDoomed(held.thread)) continue;
      this.#held.delete(held);
      if (isDue) held.go();
      else held.giveUp();
    }
    if (this.#held.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
