/** Which calls fail or take long, and how many did: the proof that a fault had an effect. */

import type { DiskTrouble } from '../../node/fault-hooks.ts';
import { Refusal } from './protocol.ts';

/** Besides those of our own nodes: a disk that says that a sync has succeeded and has synced nothing. */
export type FolderTrouble = DiskTrouble | { readonly kind: 'lying'; readonly id: string };

/** `space`: takes room on the disk, and fails when there is none; so does a write. */
export type Call = 'write' | 'sync' | 'space';

/** What faults did since the folder was mounted. */
export interface Effects {
  /** Calls that failed. */
  readonly failed: number;
  /** Syncs that took longer. */
  readonly delayed: number;
  /** Syncs that succeeded and did nothing. */
  readonly lied: number;
}

export class Troubles {
  #troubles: readonly FolderTrouble[] = [];
  /** Ids of those that happen once and did. */
  readonly #spent = new Set<string>();
  #failed = 0;
  #delayed = 0;
  #lied = 0;

  set(troubles: readonly FolderTrouble[]): void {
    this.#troubles = troubles;
  }

  get effects(): Effects {
    return { failed: this.#failed, delayed: this.#delayed, lied: this.#lied };
  }

  /** Those that still have an effect. */
  get active(): readonly FolderTrouble[] {
    return this.#troubles.filter(({ id }) => !this.#spent.has(id));
  }

  /** Throws the Refusal that a fault asks for; it counts as having happened. */
  check(call: Call): void {
    for (const trouble of this.active) {
      if (trouble.kind !== 'error' || !applies(trouble.code, call)) continue;
      if (trouble.once) this.#spent.add(trouble.id);
      this.#failed += 1;
      throw new Refusal(trouble.code);
    }
  }

  /** How much longer a sync takes that begins now, ms. */
  slownessMs(): number {
    let sum = 0;
    for (const trouble of this.active) if (trouble.kind === 'slow') sum += trouble.fsyncMs;
    if (sum > 0) this.#delayed += 1;
    return sum;
  }

  /** Whether a sync that ends now syncs nothing. */
  lies(): boolean {
    const isLying = this.active.some(({ kind }) => kind === 'lying');
    if (isLying) this.#lied += 1;
    return isLying;
  }
}

/** Space for what is synced was found when it was written. */
const applies = (code: 'EIO' | 'ENOSPC', call: Call): boolean =>
  code === 'EIO' ? call !== 'space' : call !== 'sync';
