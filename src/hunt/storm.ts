/** Nodes that never stop talking: what answers every answer, or more than one for one, brings any network down. */

/** Within one election timeout. Correct clusters of the sizes that are drawn come to some thousands, ten thousand at most. */
const eventsMax = 200_000;

/** Counts protocol events. */
export class StormWatch {
  readonly #windowNs: number;
  #window = -1;
  #count = 0;

  constructor(electionTimeoutMs: number) {
    this.#windowNs = electionTimeoutMs * 1e6;
  }

  /** What is wrong, with the first event that is one too many. */
  observe(timeNs: number): string | undefined {
    const window = Math.floor(timeNs / this.#windowNs);
    if (window !== this.#window) {
      this.#window = window;
      this.#count = 0;
    }
    this.#count += 1;
    if (this.#count !== eventsMax) return undefined;
    return `${eventsMax} protocol events within one election timeout, up to ${timeNs / 1e6} ms: the nodes go on answering each other, and it grows`;
  }
}
