/** The simulated disk: what survives which crash, and that damage is found by the real recovery or refused. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeLog, WalCorrupt } from '#src/node/wal-format';
import { Unavailable, type Unsynced } from '#src/schedule/world';
import { SimDisk } from '#src/sim/disk';

/** Batches of one record each, all written, the first `synced` of them durable. */
function written(count: number, synced: number, key = 1, bounded = true): SimDisk {
  const disk = new SimDisk(key, bounded);
  for (let number = 1; number <= count; number += 1) {
    disk.write({ number, synced: Math.min(synced, number - 1), records: [record(number)] });
    if (number <= synced) disk.sync(number);
  }
  return disk;
}

const record = (n: number): unknown => ({ n, text: 'x'.repeat((n * 397) % 3_000) });
const recordsUpTo = (count: number): unknown[] =>
  Array.from({ length: count }, (_, i) => record(i + 1));

function afterCrash(disk: SimDisk, unsynced: Unsynced): readonly unknown[] {
  disk.crash(unsynced);
  return disk.recover().records;
}

describe('sim: disk', () => {
  it('a process that dies loses nothing that was written; a machine that loses power loses what was not synced', () => {
    assert.deepEqual(afterCrash(written(9, 5), 'kept'), recordsUpTo(9));
    assert.deepEqual(afterCrash(written(9, 5), 'lost'), recordsUpTo(5));
  });

  it('recovery makes durable what it read', () => {
    const disk = written(9, 5);
    assert.equal(afterCrash(disk, 'kept').length, 9);
    assert.equal(afterCrash(disk, 'lost').length, 9);
  });

  it('a loss of power also takes from a node that is down what it had not synced', () => {
    const disk = written(9, 5);
    disk.crash('kept');
    assert.equal(afterCrash(disk, 'lost').length, 5);
  });

  it('torn: everything durable, and of the rest a first part of whole batches, of every length', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 6 }), (key, synced) => {
        const found = afterCrash(written(6, synced, key), 'torn');
        assert.ok(found.length >= synced);
        assert.deepEqual(found, recordsUpTo(found.length));
      }),
      { numRuns: 300 },
    );
    const keys = Array.from({ length: 300 }, (_, key) => key);
    const lengths = new Set(keys.map((key) => afterCrash(written(6, 3, key), 'torn').length));
    assert.deepEqual([...lengths].sort(), [3, 4, 5, 6]);
  });

  it('a torn write is cut off, and writing goes on behind what is left', () => {
    const key = [...Array(50).keys()].find((k) => {
      const disk = written(4, 2, k);
      disk.crash('torn');
      return disk.recover().torn !== undefined;
    });
    assert.ok(key !== undefined, 'no key tears');
    const disk = written(4, 2, key);
    disk.crash('torn');
    const { lastBatch } = disk.recover();
    disk.write({ number: lastBatch + 1, synced: lastBatch, records: ['next'] });
    disk.sync(lastBatch + 1);
    assert.deepEqual(decodeLog(disk.bytes()).records, [...recordsUpTo(lastBatch), 'next']);
  });

  it('what is kept as records reads back from bytes as the same', () => {
    const disk = written(7, 7);
    assert.deepEqual(disk.recover().records, decodeLog(disk.bytes()).records);
  });

  it('an error happens once or until it is healed, to writes or to syncs', () => {
    const calls = new Set<string>();
    for (let key = 0; key < 20; key += 1) {
      const once = written(3, 3, key);
      once.setTroubles([{ kind: 'error', code: 'EIO', once: true }]);
      const failed = once.write({ number: 4, synced: 3, records: [1] }) ?? once.sync(4);
      assert.match(failed?.message ?? '', /^EIO/);
      calls.add(failed?.message ?? '');
      assert.equal(once.write({ number: 5, synced: 3, records: [1] }), undefined);
      assert.equal(once.sync(5), undefined);
    }
    assert.equal(calls.size, 2, 'both writes and syncs fail');

    const sticky = written(3, 3);
    sticky.setTroubles([{ kind: 'error', code: 'EIO', once: false }]);
    assert.match(sticky.sync(3)?.message ?? '', /^EIO/);
    assert.throws(() => sticky.recover(), /^DiskError: EIO/);
    sticky.setTroubles([]);
    assert.equal(sticky.sync(3), undefined);

    const full = written(3, 3);
    full.setTroubles([{ kind: 'error', code: 'ENOSPC', once: false }]);
    assert.equal(full.sync(3), undefined);
    assert.match(full.write({ number: 4, synced: 3, records: [1] })?.message ?? '', /^ENOSPC/);
  });

  it('what a failed sync was to write is gone, although a later sync succeeds', () => {
    const withFailedSync = (): SimDisk => {
      const disk = written(5, 3);
      disk.setTroubles([{ kind: 'error', code: 'EIO', once: true }]);
      assert.match(disk.sync(5)?.message ?? '', /^EIO/);
      return disk;
    };
    for (const unsynced of ['kept', 'lost', 'torn'] as const) {
      assert.deepEqual(afterCrash(withFailedSync(), unsynced), recordsUpTo(3));
      const again = withFailedSync();
      assert.equal(again.sync(5), undefined);
      assert.deepEqual(afterCrash(again, unsynced), recordsUpTo(3));
      // Whoever writes on takes it for written: there is a hole, which recovery sees once a later batch vouches for it.
      const onward = withFailedSync();
      for (const number of [6, 7, 8]) {
        onward.write({ number, synced: number - 1, records: [number] });
        onward.sync(number);
      }
      assert.throws(() => afterCrash(onward, unsynced), WalCorrupt);
    }
  });

  it('rotten bits and misdirected sectors are always found: a node does not start from such a log', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 4 }), fc.boolean(), (seed, sectors, rot) => {
        const disk = written(12, 12);
        disk.crash('kept');
        disk.damage(rot ? { kind: 'bit-rot', sectors, seed } : { kind: 'misdirected', seed });
        assert.throws(() => disk.recover(), WalCorrupt);
        // It stays so.
        assert.throws(() => disk.recover(), WalCorrupt);
      }),
      { numRuns: 100 },
    );
  });

  it('damage that nobody could find is refused, unless that is what is asked for', () => {
    const bounded = written(5, 5);
    assert.throws(() => bounded.damage({ kind: 'wiped' }), Unavailable);
    assert.throws(() => bounded.damage({ kind: 'truncated', bytes: 100 }), Unavailable);
    assert.deepEqual(bounded.recover().records, recordsUpTo(5));

    const wiped = written(5, 5, 1, false);
    wiped.damage({ kind: 'wiped' });
    assert.deepEqual(wiped.recover().records, []);
    const truncated = written(5, 5, 1, false);
    truncated.damage({ kind: 'truncated', bytes: 100 });
    assert.deepEqual(truncated.recover().records, recordsUpTo(4));
  });

  it('the end of a log may be cut off where nothing durable is', () => {
    const disk = written(5, 3);
    disk.damage({ kind: 'truncated', bytes: 100 });
    assert.deepEqual(disk.recover().records, recordsUpTo(4));
  });
});
