/**
 * Names that were made, moved and removed and that no sync has made durable yet, in order. Pure.
 *
 * They are journaled in order, as by ext4 and XFS: what is durable is always a beginning of the list, and a sync of a new or resized file
 * commits everything so far. `strict` is the least that POSIX promises: only the sync of a directory counts, and it commits what
 * happened up to the last change in that directory.
 */

export type NamesRule = 'journaled' | 'strict';

/** Paths are relative to the root of the folder, as they were at that time. */
export type NameChange = {
  /** The file or directory that is named. */
  readonly inode: number;
  /** In which something changed. */
  readonly directories: readonly number[];
} & (
  | { readonly kind: 'made'; readonly path: string; readonly isDirectory: boolean }
  /** `kept`: where the file has been moved to. */
  | { readonly kind: 'removed'; readonly path: string; readonly kept: string }
  | {
      readonly kind: 'moved';
      readonly from: string;
      readonly to: string;
      /** Where that which was at `to` before has been moved to. */
      readonly kept: string | undefined;
    }
);

/** What is to be done in the folder, in order; `from` and `to` of a move may be kept files. */
export type NameStep =
  | { readonly kind: 'remove'; readonly path: string; readonly isDirectory: boolean }
  | { readonly kind: 'move'; readonly from: string; readonly to: string }
  | { readonly kind: 'bring-back'; readonly kept: string; readonly to: string };

export class NamesLog {
  #changes: NameChange[] = [];
  #settled = 0;

  get changes(): readonly NameChange[] {
    return this.#changes;
  }

  get end(): number {
    return this.#settled + this.#changes.length;
  }

  add(change: NameChange): void {
    this.#changes.push(change);
  }

  /** Whether a name of this file has changed. */
  names(inode: number): boolean {
    return this.#changes.some((change) => change.inode === inode);
  }

  /** The place after the last change in this directory. */
  endOf(directory: number): number {
    const last = this.#changes.findLastIndex(({ directories }) => directories.includes(directory));
    return this.#settled + last + 1;
  }

  /** Everything before `end` is durable. Gives the kept files that nobody needs any more. */
  settle(end: number): readonly string[] {
    const gone = this.#changes.splice(0, Math.max(0, end - this.#settled));
    this.#settled += gone.length;
    return gone.flatMap((change) => {
      const kept = change.kind === 'made' ? undefined : change.kept;
      return kept === undefined ? [] : [kept];
    });
  }

  /** All but the first `survivors` changes did not happen. Gives the way back, and forgets them. */
  undo(survivors: number): readonly NameStep[] {
    return this.#changes.splice(survivors).toReversed().flatMap(wayBack);
  }
}

function wayBack(change: NameChange): readonly NameStep[] {
  switch (change.kind) {
    case 'made':
      return [{ kind: 'remove', path: change.path, isDirectory: change.isDirectory }];
    case 'removed':
      return [{ kind: 'bring-back', kept: change.kept, to: change.path }];
    case 'moved': {
      const back = { kind: 'move', from: change.to, to: change.from } as const;
      const { kept } = change;
      return kept === undefined ? [back] : [back, { kind: 'bring-back', kept, to: change.to }];
    }
  }
}
