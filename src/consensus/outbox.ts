/** What one step asks of the driver, gathered in order. */

import type { Effect, NodeId } from './algorithm.ts';

/** Most steps ask for nothing. */
const none: readonly never[] = [];

/** Sees, for the trace, what is really asked of the network and the disk, whatever the algorithm believes it asked. */
export interface Witness<Message, DurableRecord> {
  /** Called before the message goes out. */
  sent(to: NodeId, message: Message, afterDurable: number): void;
  /** Called with all records of a step, at its end. */
  written(sequence: number, records: readonly DurableRecord[]): void;
}

/** All records of one step go to the disk as one write with one sequence, before everything else of that step. */
export class Outbox<Message, DurableRecord, Command> {
  /** The newest sequence handed out; what waits for it waits for everything written so far. */
  lastSequence = 0;
  /** Undefined when nothing is traced. */
  witness: Witness<Message, DurableRecord> | undefined;
  #records: DurableRecord[] = [];
  #effects: Effect<Message, DurableRecord, Command>[] = [];

  /** The sequence that the records of this step have, or will have. */
  nextSequence(): number {
    return this.#records.length === 0 ? this.lastSequence + 1 : this.lastSequence;
  }

  /** Returns the sequence to wait for. */
  persist(record: DurableRecord): number {
    this.lastSequence = this.nextSequence();
    if (this.#records.length === 0) this.#records = [record];
    else this.#records.push(record);
    return this.lastSequence;
  }

  send(to: NodeId, message: Message, afterDurable: number): void {
    this.witness?.sent(to, message, afterDurable);
    this.put({ kind: 'send', to, message, afterDurable });
  }

  put(effect: Effect<Message, DurableRecord, Command>): void {
    // Most steps ask for one thing, and a list that begins empty makes room for 17.
    if (this.#effects.length === 0) this.#effects = [effect];
    else this.#effects.push(effect);
  }

  get recordCount(): number {
    return this.#records.length;
  }

  /** Nothing is to be taken. */
  get isEmpty(): boolean {
    return this.#effects.length === 0 && this.#records.length === 0;
  }

  /** Everything since the last take. */
  take(): readonly Effect<Message, DurableRecord, Command>[] {
    const records = this.#records;
    if (records.length > 0) this.witness?.written(this.lastSequence, records);
    const effects = this.#effects;
    if (records.length === 0) {
      if (effects.length === 0) return none;
      this.#effects = [];
      return effects;
    }
    this.#effects = [];
    this.#records = [];
    // The array was made for this step, so it may grow at the front.
    effects.unshift({ kind: 'persist', sequence: this.lastSequence, records });
    return effects;
  }
}
