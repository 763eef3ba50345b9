import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { recoverWal, Wal } from '#src/node/wal';
import { decodeLog, encodeFileHeader, fileHeaderBytes } from '#src/node/wal-format';
import { MemoryDisk } from './support/memory-disk.ts';

interface Fixture {
  readonly disk: MemoryDisk;
  readonly wal: Wal;
  readonly durable: number[];
  readonly failures: Error[];
}

function memoryWal(): Fixture {
  const disk = new MemoryDisk(encodeFileHeader());
  const durable: number[] = [];
  const failures: Error[] = [];
  const wal = new Wal(
    disk,
    { batch: 0, offset: fileHeaderBytes, size: fileHeaderBytes },
    {
      onDurable: (sequence) => durable.push(sequence),
      onFailure: (error) => failures.push(error),
    },
  );
  return { disk, wal, durable, failures };
}

describe('write-ahead log', () => {
  it('has one write and sync in flight; all that comes meanwhile shares the next', () => {
    const { disk, wal, durable } = memoryWal();
    wal.append(1, ['a']);
    wal.flush();
    for (let sequence = 2; sequence <= 100; sequence += 1) {
      wal.append(sequence, [sequence]);
      wal.flush();
    }
    assert.equal(disk.inFlight, 1);
    disk.drain();
    assert.deepEqual(durable, [1, 100]);
    assert.deepEqual([disk.writes, disk.syncs], [2, 2]);
    const { end } = decodeLog(disk.bytes);
    assert.deepEqual(wal.counters, { fsyncs: 2, bytesPersisted: end - fileHeaderBytes });
  });

  it('says durable only what would survive a power loss at that moment', () => {
    const action = fc.oneof(fc.constant('append'), fc.constant('flush'), fc.constant('step'));
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const { disk, wal, durable } = memoryWal();
        let sequence = 0;
        for (const doing of actions) {
          if (doing === 'flush') wal.flush();
          else if (doing === 'step') disk.step();
          else wal.append(++sequence, [sequence]);
          const promised = durable.at(-1) ?? 0;
          const survives = decodeLog(disk.durable).records;
          const expected = Array.from({ length: survives.length }, (_, i) => i + 1);
          assert.deepEqual(survives, expected);
          assert(survives.length >= promised);
        }
        wal.flush();
        disk.drain();
        assert.equal(durable.at(-1) ?? 0, sequence);
      }),
    );
  });

  for (const kind of ['write', 'sync'] as const) {
    it(`after a failed ${kind} promises nothing, and asks the disk nothing more`, () => {
      const { disk, wal, durable, failures } = memoryWal();
      disk.failNext(kind, new Error('EIO'));
      wal.append(1, ['a']);
      wal.flush();
      wal.append(2, ['b']);
      disk.drain();
      wal.flush();
      disk.drain();
      assert.deepEqual(durable, []);
      assert.deepEqual(
        failures.map((error) => error.message),
        ['EIO'],
      );
      assert.deepEqual([disk.writes, disk.syncs], [1, kind === 'write' ? 0 : 1]);
    });
  }

  it('writes and reports nothing once it is closed', async () => {
    for (const steps of [0, 1, 2]) {
      const { disk, wal, durable } = memoryWal();
      wal.append(1, ['a']);
      wal.flush();
      for (let n = 0; n < steps; n += 1) disk.step();
      wal.append(2, ['b']);
      wal.close();
      wal.flush();
      disk.drain();
      // Longer than it takes to seal.
      await sleep(40);
      assert.deepEqual([durable, disk.writes, disk.closed], [steps === 2 ? [1] : [], 1, true]);
    }
  });

  it('seals the last batch when it has been idle, and goes on after the seal', async () => {
    const { disk, wal, durable } = memoryWal();
    wal.append(1, ['a']);
    wal.flush();
    disk.drain();
    while (disk.inFlight === 0) await sleep(5);
    // A batch asked for while the seal is being written follows it.
    wal.append(2, ['b']);
    wal.flush();
    disk.drain();
    assert.equal(decodeLog(disk.bytes).lastBatch, 3);
    assert.deepEqual(decodeLog(disk.bytes).records, ['a', 'b']);
    assert.deepEqual(durable, [1, 2]);
    assert.equal(disk.syncs, 2);
  });
});

describe('write-ahead log on disk', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'dissent-wal-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const write = (records: readonly unknown[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const onDurable = (): void => {
        wal.close();
        resolve();
      };
      const wal = recoverWal(directory).open({ onDurable, onFailure: reject });
      wal.append(1, records);
      wal.flush();
    });

  it('starts empty and gives everything back at the next starts', async () => {
    assert.deepEqual(recoverWal(directory).records, []);
    await write([{ term: 1 }]);
    await write([{ term: 2 }, { term: 3 }]);
    assert.deepEqual(recoverWal(directory).records, [{ term: 1 }, { term: 2 }, { term: 3 }]);
  });

  it('cuts off a torn tail and writes on from there', async () => {
    await write(['kept']);
    await write(['torn']);
    const { path, end } = recoverWal(directory);
    truncateSync(path, end - 1);
    const recovered = recoverWal(directory);
    assert.deepEqual(recovered.records, ['kept']);
    assert.notEqual(recovered.torn, undefined);
    assert.equal(statSync(path).size, recovered.end);
    await write(['after']);
    const again = recoverWal(directory);
    assert.deepEqual([again.records, again.torn], [['kept', 'after'], undefined]);
  });

  it('does not touch a corrupt log', async () => {
    await write(['a']);
    await write(['b']);
    const { path } = recoverWal(directory);
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(30) ^ 1, 30);
    writeFileSync(path, bytes);
    assert.throws(() => recoverWal(directory), /had been on disk/);
    assert.deepEqual(readFileSync(path), bytes);
  });
});
