/**
 * Collects the writes of one turn of the event loop. Everything that arrived together (on many sockets) then leaves together: one
 * write per socket and one batch for the log.
 */
export class Turn {
  readonly #flushers: (() => void)[] = [];
  #scheduled = false;

  /** `flush` runs at the end of every turn in which somebody called `schedule`, in the order of registration. */
  add(flush: () => void): void {
    this.#flushers.push(flush);
  }

  /** Cheap; to be called whenever something was queued. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // setImmediate runs right after all sockets that had data were read, and before the loop waits again.
    setImmediate(() => {
      this.#scheduled = false;
      for (const flush of this.#flushers) flush();
    });
  }
}
