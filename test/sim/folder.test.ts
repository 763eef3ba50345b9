/** The simulated folder: which names and bytes a loss of power leaves, and that a start may be cut off at every call. */

import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { type Files, writeDurably } from '#src/node/durable-file';
import { start } from '#src/node/start';
import { makeLog, walFileName } from '#src/node/wal';
import type { Unsynced } from '#src/schedule/world';
import { Interrupted, interruptedAfter, SimFolder } from '#src/sim/folder';

const [old, fresh] = [Buffer.from('old'), Buffer.from('fresh')];

function withOld(): SimFolder {
  const folder = new SimFolder(7);
  writeDurably('file', old, folder);
  return folder;
}

/** What the file holds after a loss of power; undefined: it is not there. */
function left(folder: SimFolder, unsynced: Unsynced = 'lost'): string | undefined {
  folder.crash(unsynced);
  return folder.exists('file') ? folder.read('file').toString() : undefined;
}

function replaceWithout(step: 'sync' | 'rename' | 'syncDirectory', folder: SimFolder): void {
  folder.write('file.new', fresh);
  if (step !== 'sync') folder.sync('file.new');
  if (step !== 'rename') folder.rename('file.new', 'file');
  if (step !== 'syncDirectory') folder.syncDirectory();
}

/** As `start` of a node, cut off after `calls`. Undefined when it was. */
function startedAfter(calls: number, life: number, folder: SimFolder): number | undefined {
  const files = interruptedAfter(calls, folder);
  try {
    return start('', life, files, () => makeLog('', files)).incarnation;
  } catch (error) {
    if (error instanceof Interrupted) return undefined;
    throw error;
  }
}

const whole = Number.POSITIVE_INFINITY;

describe('sim: folder', () => {
  it('a rename is durable only when the directory is', () => {
    const folder = withOld();
    replaceWithout('syncDirectory', folder);
    assert.equal(folder.read('file').toString(), 'fresh');
    assert.equal(left(folder), 'old');
  });

  it('so is the name of a new file', () => {
    const folder = new SimFolder(7);
    folder.write('file', fresh);
    folder.sync('file');
    assert.equal(left(folder), undefined);
  });

  it('a renamed file whose bytes were not synced is there and empty', () => {
    const folder = withOld();
    replaceWithout('sync', folder);
    assert.equal(left(folder), '');
  });

  it('a process that dies loses nothing', () => {
    const folder = withOld();
    replaceWithout('syncDirectory', folder);
    assert.equal(left(folder, 'kept'), 'fresh');
  });

  it('torn: the rename was written or not, by the seed', () => {
    const found = new Set<string | undefined>();
    for (let key = 0; key < 40; key += 1) {
      const folder = new SimFolder(key);
      writeDurably('file', old, folder);
      replaceWithout('syncDirectory', folder);
      found.add(left(folder, 'torn'));
    }
    assert.deepEqual([...found].sort(), ['fresh', 'old']);
  });

  it('a file that is replaced durably is the old one or the new one, whenever the power goes', () => {
    const found = new Set<string | undefined>();
    for (const unsynced of ['lost', 'torn', 'kept'] as const) {
      for (let calls = 0; calls <= 4; calls += 1) {
        const folder = withOld();
        try {
          writeDurably('file', fresh, interruptedAfter(calls, folder));
        } catch (error) {
          assert.ok(error instanceof Interrupted && calls < 4);
        }
        const after = left(folder, unsynced);
        assert.ok(after === 'old' || after === 'fresh', `${after}: ${unsynced}, ${calls} calls`);
        if (calls === 4) assert.equal(after, 'fresh');
        found.add(after);
      }
    }
    assert.deepEqual([...found].sort(), ['fresh', 'old']);
  });

  it('starts that are cut off at any call, by a death or a loss of power: the log keeps its name, and no incarnation comes twice', () => {
    const cut = fc.record({
      calls: fc.integer({ min: 0, max: 9 }),
      unsynced: fc.constantFrom<Unsynced>('lost', 'torn', 'kept'),
    });
    fc.assert(
      fc.property(fc.integer(), fc.array(cut, { maxLength: 8 }), (key, cuts) => {
        const folder = new SimFolder(key);
        const given: number[] = [];
        for (const { calls, unsynced } of cuts) {
          const incarnation = startedAfter(calls, 0, folder);
          if (incarnation !== undefined) given.push(incarnation);
          folder.crash(unsynced);
          if (given.length > 0) assert.ok(folder.exists(walFileName));
        }
        given.push(startedAfter(whole, 0, folder) ?? Number.NaN);
        assert.deepEqual(
          given,
          [...new Set(given)].sort((a, b) => a - b),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('a start that forgets to sync the directory loses the log with the power', () => {
    const folder = new SimFolder(7);
    const forgetful: Files = {
      exists: (path) => folder.exists(path),
      read: (path) => folder.read(path),
      write: (path, bytes) => folder.write(path, bytes),
      sync: (path) => folder.sync(path),
      rename: (from, to) => folder.rename(from, to),
      makeDirectory: () => folder.makeDirectory(),
      syncDirectory: (directory) => assert.equal(directory, dirname(walFileName)),
    };
    start('', 1, forgetful, () => makeLog('', forgetful));
    assert.ok(folder.exists(walFileName));
    folder.crash('lost');
    assert.ok(!folder.exists(walFileName));
  });
});
