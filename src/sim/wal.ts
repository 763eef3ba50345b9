/**
 * The write-ahead log of a simulated node: the group commit of src/node/wal.ts over a SimDisk, in virtual time. One write and sync
 * at a time; what comes meanwhile is the next batch; an idle log is sealed.
 */

import { walSealDelayMs } from '../node/limits.ts';
import type { SimDisk } from './disk.ts';
import { draw, mix, type Spread } from './mix.ts';
import { Call } from './queue.ts';
import type { SimTimeline } from './timeline.ts';

export interface SimWalParts {
  readonly disk: SimDisk;
  readonly timeline: SimTimeline;
  readonly fsyncMs: Spread;
  /** 32 bits that are this log's own, from the seed, the node and its incarnation. */
  readonly key: number;
  /** Performs what the disk reports, at once or when the process runs again. */
  readonly interrupt: (report: () => void) => void;
  readonly onDurable: (sequence: number) => void;
  /** A write or a sync failed: the node has to stop. */
  readonly onFailure: (error: Error) => void;
  readonly onWrite: ((batch: number, records: readonly unknown[]) => void) | undefined;
  readonly onSync: ((batch: number) => void) | undefined;
}

export class SimWal {
  readonly #parts: SimWalParts;
  #records: unknown[] = [];
  #pendingSequence = 0;
  #writingSequence = 0;
  #state: 'idle' | 'writing' | 'closed' = 'idle';
  #synced: number;
  #sealDueNs = 0;
  #sealWaits = false;
  readonly #sync = new Call(() => this.#onSynced());
  readonly #seal = new Call(() => this.#onSealTime());

  /** Goes on behind what the disk holds. */
  constructor(parts: SimWalParts) {
    this.#parts = parts;
    this.#synced = parts.disk.lastBatch;
  }

  append(sequence: number, records: readonly unknown[]): void {
    // A copy is as long as it has to be; a list that begins empty makes room for 17.
    if (this.#records.length === 0) this.#records = records.slice();
    else for (const record of records) this.#records.push(record);
    this.#pendingSequence = sequence;
  }

  flush(): void {
    if (this.#state !== 'idle' || this.#records.length === 0) return;
    const records = this.#records;
    this.#records = [];
    this.#writingSequence = this.#pendingSequence;
    this.#state = 'writing';
    if (!this.#write(records)) return;
    const { disk, timeline, fsyncMs, key } = this.#parts;
    const bits = mix(key, disk.lastBatch);
    const ms = draw(fsyncMs, bits) + disk.slownessMs;
    timeline.push(timeline.nowNs() + Math.round(ms * 1e6) + (bits & 0xfff), this.#sync);
  }

  /** The sync that is under way has ended. */
  #onSynced(): void {
    const { disk, interrupt, onFailure, onSync } = this.#parts;
    if (this.#state === 'closed') return;
    const batch = disk.lastBatch;
    const error = disk.sync(batch);
    if (error !== undefined) return interrupt(() => onFailure(error));
    onSync?.(batch);
    this.#synced = batch;
    interrupt(this.#completed);
  }

  close(): void {
    this.#state = 'closed';
  }

  readonly #completed = (): void => {
    if (this.#state === 'closed') return;
    const sequence = this.#writingSequence;
    this.#state = 'idle';
    // First keep the disk busy with what has gathered, then tell of what is done.
    this.flush();
    if (this.#state === 'idle') this.#sealLater();
    this.#parts.onDurable(sequence);
  };

  /** False when the disk refused; then the node is being stopped. */
  #write(records: readonly unknown[]): boolean {
    const { disk, interrupt, onFailure, onWrite } = this.#parts;
    const number = disk.lastBatch + 1;
    const error = disk.write({ number, synced: this.#synced, records });
    if (error === undefined) onWrite?.(number, records);
    else interrupt(() => onFailure(error));
    return error === undefined;
  }

  #sealLater(): void {
    const { timeline } = this.#parts;
    this.#sealDueNs = timeline.nowNs() + walSealDelayMs * 1e6;
    if (this.#sealWaits) return;
    this.#sealWaits = true;
    timeline.push(this.#sealDueNs, this.#seal);
  }

  /** One waiting event serves for all the delays that new batches cut short. */
  #onSealTime(): void {
    this.#sealWaits = false;
    if (this.#state !== 'idle') return;
    const { timeline } = this.#parts;
    if (timeline.nowNs() < this.#sealDueNs) {
      this.#sealWaits = true;
      timeline.push(this.#sealDueNs, this.#seal);
    } else {
      this.#write([]);
    }
  }
}
