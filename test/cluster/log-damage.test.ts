/** What power loss and bad disks do to a log, and what its reader makes of it. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { damaged, withoutUnsynced, withTornWrites } from '#src/cluster/log-damage';
import type { UnsyncedWrite } from '#src/node/fault-hooks';
import { decodeLog, encodeBatch, encodeFileHeader, WalCorrupt } from '#src/node/wal-format';
import { stream } from '#src/random/random';
import { Unavailable } from '#src/schedule/world';

interface Written {
  readonly log: Buffer;
  readonly syncedBytes: number;
  readonly writes: readonly UnsyncedWrite[];
  readonly batches: readonly (readonly string[])[];
  readonly syncedBatches: number;
}

/** A log as a node writes it: every batch says which one was on disk before it; room is made ahead now and then. */
function write(batches: readonly (readonly string[])[], unsynced: number, room: number): Written {
  const syncedBatches = Math.max(0, batches.length - unsynced);
  let log = encodeFileHeader();
  let end = log.length;
  let syncedBytes = log.length;
  const writes: UnsyncedWrite[] = [];
  for (const [index, texts] of batches.entries()) {
    const number = index + 1;
    const bytes = encodeBatch(number, Math.min(index, syncedBatches), texts);
    const padded = end + bytes.length > log.length ? bytes.length + room : bytes.length;
    const next = Buffer.concat([log], Math.max(log.length, end + padded));
    bytes.copy(next, end);
    log = next;
    if (number > syncedBatches) writes.push({ position: end, bytes: padded });
    end += bytes.length;
    if (number <= syncedBatches) syncedBytes = log.length;
  }
  return { log, syncedBytes, writes, batches, syncedBatches };
}

const written = fc
  .record({
    batches: fc.array(
      fc.array(
        fc.string({ maxLength: 900 }).map((text) => JSON.stringify(text)),
        { minLength: 1, maxLength: 4 },
      ),
      { minLength: 1, maxLength: 8 },
    ),
    unsynced: fc.nat(3),
    room: fc.constantFrom(0, 100, 5_000),
  })
  .map(({ batches, unsynced, room }) => write(batches, unsynced, room));

const recordsOf = (batches: Written['batches']) => batches.flat().map((text) => JSON.parse(text));

describe('damage to logs', () => {
  it('a loss of power leaves what was synced, to the last record', () => {
    fc.assert(
      fc.property(written, ({ log, syncedBytes, writes, batches, syncedBatches }) => {
        const { bytes } = withoutUnsynced(log, syncedBytes, writes);
        const { records, torn } = decodeLog(bytes);
        assert.deepEqual(records, recordsOf(batches.slice(0, syncedBatches)));
        assert.equal(torn, undefined);
        assert.equal(bytes.length, syncedBytes);
      }),
    );
  });

  it('torn writes leave what was synced and a first part of the rest, and are never taken for damage', () => {
    const kept = new Set<number>();
    fc.assert(
      fc.property(written, fc.nat(), ({ log, syncedBytes, writes, ...rest }, seed) => {
        const random = stream(seed, 'torn');
        const { bytes } = withTornWrites(log, syncedBytes, writes, random);
        const { records, lastBatch } = decodeLog(bytes);
        assert.ok(lastBatch >= rest.syncedBatches, 'something that was synced is gone');
        assert.deepEqual(records, recordsOf(rest.batches.slice(0, lastBatch)));
        kept.add(lastBatch - rest.syncedBatches);
      }),
      { numRuns: 300 },
    );
    assert.ok(kept.has(0) && kept.has(1), 'never both lost and kept');
  });

  it('bit rot and misdirected sectors are always noticed', () => {
    fc.assert(
      fc.property(
        written,
        fc.nat(),
        fc.constantFrom<'bit-rot' | 'misdirected'>('bit-rot', 'misdirected'),
        fc.integer({ min: 1, max: 5 }),
        ({ log }, seed, kind, sectors) => {
          let bytes: Buffer | undefined;
          try {
            const damage = kind === 'bit-rot' ? { kind, sectors, seed } : { kind, seed };
            ({ bytes } = damaged(log, damage, stream(seed, 'damage')));
          } catch (error) {
            assert.ok(error instanceof Unavailable, String(error));
            return;
          }
          assert.ok(bytes !== undefined && !bytes.equals(log), 'nothing has changed');
          assert.throws(() => decodeLog(bytes as Buffer), WalCorrupt);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a cut is noticed, or takes nothing that was promised, or is refused', () => {
    fc.assert(
      fc.property(written, fc.integer({ min: 1, max: 20_000 }), ({ log, batches }, bytes) => {
        let left: Buffer | undefined;
        try {
          ({ bytes: left } = damaged(log, { kind: 'truncated', bytes }, stream(1, '')));
        } catch (error) {
          assert.ok(error instanceof Unavailable, String(error));
          return;
        }
        let records: readonly unknown[];
        try {
          ({ records } = decodeLog(left as Buffer));
        } catch (error) {
          assert.ok(error instanceof WalCorrupt, String(error));
          return;
        }
        assert.deepEqual(records, recordsOf(batches));
      }),
    );
  });
});
