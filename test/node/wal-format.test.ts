import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decodeLog,
  encodeBatch,
  encodeFileHeader,
  fileHeaderBytes,
  WalCorrupt,
} from '#src/node/wal-format';

type Batches = readonly (readonly unknown[])[];

/** As the log writes them: each batch knows that the ones before it are on disk. */
function logOf(batches: Batches): Buffer {
  const encoded = batches.map((records, i) =>
    encodeBatch(
      i + 1,
      i,
      records.map((record) => JSON.stringify(record)),
    ),
  );
  return Buffer.concat([encodeFileHeader(), ...encoded]);
}

const ends = (batches: Batches): number[] =>
  batches.map((_, i) => logOf(batches.slice(0, i + 1)).length);

const flat = (batches: Batches): unknown[] => JSON.parse(JSON.stringify(batches.flat()));

const anyBatches = fc.array(fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 4 }), {
  maxLength: 5,
});

const sample: Batches = [
  [{ term: 1, vote: 'n1' }, { entry: 'erste' }],
  [{ entry: 'BTC\u0000 zweite' }],
  [],
  [{ entry: [1, 2, 3] }, { entry: null }, { entry: 'ü'.repeat(20) }],
];

describe('write-ahead log format', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(anyBatches, (batches) => {
        const log = logOf(batches);
        const decoded = decodeLog(log);
        assert.deepEqual(decoded, {
          records: flat(batches),
          lastBatch: batches.length,
          end: log.length,
        });
      }),
    );
  });

  it('takes zeros behind the last batch for unused room, and nothing else', () => {
    const log = logOf(sample);
    const roomy = Buffer.concat([log], log.length + 1000);
    assert.deepEqual(decodeLog(roomy), decodeLog(log));
    roomy.writeUInt8(1, log.length + 999);
    const torn = decodeLog(roomy);
    assert.deepEqual([torn.records, torn.end], [flat(sample), log.length]);
    assert.equal(torn.torn?.bytes, 1000);
  });

  it('recovers the whole batches when any part of the last write is still zero', () => {
    const log = logOf(sample);
    const lastStart = ends(sample).at(-2) ?? 0;
    for (let from = lastStart; from < log.length; from += 1) {
      for (let to = from + 1; to <= log.length; to += 1) {
        const damaged = Buffer.concat([log], log.length + 100).fill(0, from, to);
        const { records } = decodeLog(damaged);
        // What was zero before may happen to read the same.
        const whole = damaged.subarray(0, log.length).equals(log);
        assert.deepEqual(records, flat(whole ? sample : sample.slice(0, -1)));
      }
    }
  });

  it('recovers the whole batches before every possible end of the file', () => {
    fc.assert(
      fc.property(anyBatches, (batches) => {
        const log = logOf(batches);
        const boundaries = ends(batches);
        for (let length = fileHeaderBytes; length < log.length; length += 1) {
          const decoded = decodeLog(log.subarray(0, length));
          const whole = boundaries.filter((end) => end <= length).length;
          assert.deepEqual(decoded.records, flat(batches.slice(0, whole)));
          assert.equal(decoded.lastBatch, whole);
          assert.equal(decoded.torn === undefined, length === decoded.end);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('refuses a file that ends within its header', () => {
    for (let length = 0; length < fileHeaderBytes; length += 1) {
      assert.throws(() => decodeLog(logOf(sample).subarray(0, length)), WalCorrupt);
    }
  });

  it('meets every flipped bit by a refusal, or in the last batch by cutting that batch off', () => {
    const log = logOf(sample);
    const lastStart = ends(sample).at(-2) ?? 0;
    for (let at = 0; at < log.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const damaged = Buffer.from(log);
        damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << bit), at);
        if (at < lastStart) {
          assert.throws(() => decodeLog(damaged), WalCorrupt, `byte ${at}, bit ${bit}`);
        } else {
          const decoded = decodeLog(damaged);
          assert.deepEqual(decoded.records, flat(sample.slice(0, -1)), `byte ${at}, bit ${bit}`);
          assert.equal(decoded.torn?.offset, lastStart);
        }
      }
    }
  });

  it('never gives back a record that was not written, whatever is overwritten', () => {
    const overwrite = fc.record({ at: fc.nat(400), bytes: fc.uint8Array({ maxLength: 40 }) });
    fc.assert(
      fc.property(anyBatches, fc.array(overwrite, { maxLength: 3 }), (batches, damage) => {
        const log = logOf(batches);
        for (const { at, bytes } of damage) Buffer.from(bytes).copy(log, at % log.length);
        try {
          const { records } = decodeLog(log);
          assert.deepEqual(records, flat(batches).slice(0, records.length));
        } catch (error) {
          assert(error instanceof WalCorrupt, String(error));
        }
      }),
    );
  });

  it('protects a sealed batch: damage to it is a refusal', () => {
    const sealed = logOf([[{ vote: 'n1' }], []]);
    sealed.writeUInt8(0, fileHeaderBytes + 40);
    assert.throws(() => decodeLog(sealed), /shows that it had been on disk/);
  });

  it('takes a batch that was written after an unsynced seal for part of the torn tail', () => {
    // Power failed: the seal (2) never reached the disk, the batch behind it (3) did, and neither was ever synced.
    const whole = [
      encodeFileHeader(),
      encodeBatch(1, 0, ['1']),
      encodeBatch(2, 1, []),
      encodeBatch(3, 1, ['3']),
    ];
    whole[2]?.fill(0);
    const decoded = decodeLog(Buffer.concat(whole));
    assert.deepEqual(decoded.records, [1]);
    assert.match(decoded.torn?.reason ?? '', /header of batch 2/);
  });

  it('refuses a log with a batch missing, repeated or out of order', () => {
    const [head, one, two, three] = [
      encodeFileHeader(),
      encodeBatch(1, 0, ['1']),
      encodeBatch(2, 1, ['2']),
      encodeBatch(3, 2, ['3']),
    ];
    for (const order of [
      [one, three],
      [one, one, two],
      [two, one],
      [one, three, two],
    ]) {
      assert.throws(() => decodeLog(Buffer.concat([head, ...order])), /where batch \d belongs/);
    }
  });

  it('names the offset, and the version it cannot read', () => {
    const log = logOf(sample);
    log.writeUInt8(log.readUInt8(fileHeaderBytes + 36) ^ 1, fileHeaderBytes + 36);
    assert.throws(
      () => decodeLog(log),
      (error) => error instanceof WalCorrupt && error.offset === fileHeaderBytes + 28,
    );
  });
});
