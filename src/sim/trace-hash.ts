/** One short text for everything that happened in a run: two runs with the same hash did the same, down to the contents of messages. */

import { mix } from './mix.ts';

export class TraceHash {
  #high = 0x243f6a88;
  #low = 0x85a308d3;

  number(value: number): void {
    const top = Math.floor(value / 2 ** 32);
    this.#high = mix(this.#high ^ top, value | 0);
    this.#low = mix(this.#low + this.#high, value | 0);
  }

  text(text: string): void {
    let h = 0x811c9dc5;
    for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    this.number(h >>> 0);
    this.number(text.length);
  }

  json(value: unknown): void {
    this.text(JSON.stringify(value) ?? '');
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return [this.#high, this.#low]
      .map((half) => (half >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }
}
