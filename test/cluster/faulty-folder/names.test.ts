/** Names in a folder and their way back, against a tree that remembers how it was at every sync. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { rootInode } from '#src/cluster/faulty-folder/inodes';
import { Names } from '#src/cluster/faulty-folder/names';
import type { NamesRule } from '#src/cluster/faulty-folder/names-log';
import { Refusal } from '#src/cluster/faulty-folder/protocol';
import { stream } from '#src/random/random';

const root = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

interface Stage {
  readonly names: Names;
  readonly files: string;
  readonly kept: string;
  readonly tree: () => readonly string[];
}

function withFolder(rule: NamesRule, use: (stage: Stage) => void): void {
  const base = mkdtempSync(join(tmpdir(), 'dissent-names-'));
  try {
    const files = join(base, 'files');
    const kept = join(base, 'kept');
    mkdirSync(files);
    mkdirSync(kept);
    const names = new Names(files, kept, rule);
    use({ names, files, kept, tree: () => treeOf(files) });
  } finally {
    rmSync(base, { recursive: true });
  }
}

/** Every path, and what is in the files. */
function treeOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const name = relative(folder, path);
      return entry.isDirectory() ? `${name}/` : `${name}=${readFileSync(path, 'utf8')}`;
    })
    .toSorted();
}

const name = fc.constantFrom('a', 'b', 'c');
/** A name in the root or in one of two directories. */
const place = fc.record({ directory: fc.constantFrom('', 'd', 'e'), name });
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('file' as const), at: place }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('directory' as const),
      name: fc.constantFrom('d', 'e'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: place }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('remove-directory' as const),
      name: fc.constantFrom('d', 'e'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('move' as const), at: place, to: place }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('move-directory' as const),
      name: fc.constantFrom('d', 'e'),
      to: fc.constantFrom('d', 'e'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('link' as const), at: place, to: place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sync' as const) }) },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** What the kernel would know of a directory. Throws where there is none. */
const inodeOf = ({ names }: Stage, directory: string): number =>
  directory === '' ? rootInode : names.lookup(rootInode, directory).inode;

function perform(stage: Stage, one: Act, n: number): void {
  const { names } = stage;
  const at = (where: { readonly directory: string; readonly name: string }) => ({
    parent: inodeOf(stage, where.directory),
    name: where.name,
  });
  switch (one.kind) {
    case 'file': {
      const { parent, name: own } = at(one.at);
      const { inode } = names.makeFile(parent, own, 0o644, root);
      // Below: its content is not what is tested here, only which file it is.
      writeFileSync(names.path(inode), String(n));
      return;
    }
    case 'directory':
      names.makeDirectory(rootInode, one.name, 0o755, root);
      return;
    case 'remove':
      names.removeFile(at(one.at).parent, one.at.name);
      return;
    case 'remove-directory':
      names.removeDirectory(rootInode, one.name);
      return;
    case 'move':
      names.lookup(at(one.at).parent, one.at.name);
      names.move(at(one.at), at(one.to), false);
      return;
    case 'move-directory':
      names.move(at({ directory: '', name: one.name }), at({ directory: '', name: one.to }), false);
      return;
    case 'link': {
      const { inode } = names.lookup(at(one.at).parent, one.at.name);
      names.link(inode, at(one.to).parent, one.to.name);
      return;
    }
    case 'sync':
      names.syncedDirectory(rootInode)();
  }
}

/** Refused calls change nothing, so they are as good as none. */
function tried(stage: Stage, one: Act, n: number): boolean {
  try {
    perform(stage, one, n);
    return true;
  } catch (error) {
    if (error instanceof Refusal || (error instanceof Error && 'code' in error)) return false;
    throw error;
  }
}

/** All trees since the last sync, the synced one first. */
function played(stage: Stage, acts: readonly Act[]): readonly (readonly string[])[] {
  let trees = [stage.tree()];
  for (const [n, one] of acts.entries()) {
    const before = stage.names.unsyncedChanges;
    const isDone = tried(stage, one, n);
    if (!isDone) assert.deepEqual(stage.tree(), trees.at(-1), 'a refused call changed something');
    if (one.kind === 'sync') trees = [stage.tree()];
    else if (stage.names.unsyncedChanges > before) trees.push(stage.tree());
  }
  return trees;
}

describe('names in a faulty folder', () => {
  it('are as they were at the last sync after a loss of power', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
        withFolder('journaled', (stage) => {
          const trees = played(stage, acts);
          const lost = stage.names.lose('lost', stream(1, 'torn'));
          assert.equal(lost, trees.length - 1);
          assert.deepEqual(stage.tree(), trees[0]);
          assert.deepEqual(readdirSync(stage.kept), [], 'removed files are kept for ever');
        });
      }),
      { numRuns: 60 },
    );
  });

  it('torn: they are as they were at some moment since then', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), fc.integer(), (acts, seed) => {
        withFolder('journaled', (stage) => {
          const trees = played(stage, acts);
          const lost = stage.names.lose('torn', stream(seed, 'torn'));
          assert.deepEqual(stage.tree(), trees[trees.length - 1 - lost]);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('are durable with the sync of a new file, but under the strict rule only with that of its directory', () => {
    for (const { rule, left } of [
      { rule: 'journaled', left: ['old=', 'wal='] },
      { rule: 'strict', left: [] },
    ] as const) {
      withFolder(rule, ({ names, tree }) => {
        names.makeFile(rootInode, 'old', 0o644, root);
        const { inode } = names.makeFile(rootInode, 'wal', 0o644, root);
        names.syncedFile(inode, true, false)();
        names.lose('lost', stream(1, 'torn'));
        assert.deepEqual(tree(), left);
      });
    }
    withFolder('strict', ({ names, tree }) => {
      const inside = names.makeDirectory(rootInode, 'inside', 0o755, root);
      names.makeFile(inside.inode, 'wal', 0o644, root);
      names.syncedDirectory(inside.inode)();
      names.makeFile(inside.inode, 'late', 0o644, root);
      names.syncedDirectory(rootInode)();
      names.lose('lost', stream(1, 'torn'));
      assert.deepEqual(tree(), ['inside/', 'inside/wal=']);
    });
  });

  it('are not made durable by the sync of mere data of a file that has long had its name', () => {
    withFolder('journaled', ({ names, tree }) => {
      const { inode } = names.makeFile(rootInode, 'wal', 0o644, root);
      names.syncedFile(inode, false, false)();
      names.makeFile(rootInode, 'other', 0o644, root);
      names.syncedFile(inode, true, false)();
      names.lose('lost', stream(1, 'torn'));
      assert.deepEqual(tree(), ['wal=']);
    });
  });

  it('lead to the same file before and after it is moved, and to another one once it is replaced', () => {
    withFolder('journaled', ({ names }) => {
      const wal = names.makeFile(rootInode, 'wal', 0o644, root).inode;
      const next = names.makeFile(rootInode, 'next', 0o644, root).inode;
      assert.notEqual(wal, next);
      names.move({ parent: rootInode, name: 'next' }, { parent: rootInode, name: 'wal' }, false);
      assert.equal(names.lookup(rootInode, 'wal').inode, next);
      assert.equal(names.hasName(wal), false);
      assert.throws(() => names.path(wal), Refusal);
      names.lose('lost', stream(1, 'torn'));
      assert.throws(() => names.path(next), Refusal, 'the kernel knows a file from before');
    });
  });
});
