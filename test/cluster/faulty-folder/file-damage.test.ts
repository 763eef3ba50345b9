/** Damage to files of unknown formats. */

import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { damagedBytes, damageFiles, writtenSectors } from '#src/cluster/faulty-folder/file-damage';
import { stream } from '#src/random/random';
import { Unavailable } from '#src/schedule/world';

/** Two sectors of text, two of zeros, one of text, and zeros up to the end. */
const log = Buffer.concat([
  Buffer.alloc(1024, 'ab'),
  Buffer.alloc(1024),
  Buffer.alloc(300, 'c'),
  Buffer.alloc(5000),
]);

const random = (seed: number) => stream(seed, 'damage');

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'dissent-damage-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('damage to files of unknown formats', () => {
  it('flips one bit in each of so many sectors that are written', () => {
    assert.deepEqual(writtenSectors(log), [0, 1, 4]);
    for (let seed = 0; seed < 50; seed += 1) {
      const { bytes } = damagedBytes(log, { kind: 'bit-rot', sectors: 2, seed }, random(seed));
      assert.ok(bytes !== undefined && bytes.length === log.length);
      const flipped = [...bytes].flatMap((byte, n) => {
        const difference = byte ^ (log[n] ?? 0);
        return difference === 0 ? [] : [{ sector: Math.floor(n / 512), difference }];
      });
      assert.equal(flipped.length, 2);
      assert.equal(new Set(flipped.map(({ sector }) => sector)).size, 2);
      for (const { sector, difference } of flipped) {
        assert.ok([0, 1, 4].includes(sector));
        assert.equal(difference & (difference - 1), 0, `${difference} is more than one bit`);
      }
    }
  });

  it('puts a sector in the place of another one', () => {
    const { bytes } = damagedBytes(log, { kind: 'misdirected', seed: 1 }, random(1));
    assert.ok(bytes !== undefined && !bytes.equals(log) && bytes.length === log.length);
    const known = [0, 1, 4].map((n) => log.toString('latin1', n * 512, (n + 1) * 512));
    const changed = [0, 1, 2, 3, 4].filter(
      (n) => !bytes.subarray(n * 512, (n + 1) * 512).equals(log.subarray(n * 512, (n + 1) * 512)),
    );
    assert.equal(changed.length, 1);
    const [at = 0] = changed;
    assert.ok(known.includes(bytes.toString('latin1', at * 512, (at + 1) * 512)));
  });

  it('cuts off the end of the content, and the zeros after it', () => {
    const cut = damagedBytes(log, { kind: 'truncated', bytes: 100 }, random(1));
    assert.ok(cut.bytes === undefined);
    assert.equal(cut.size, 2248);
    const all = damagedBytes(log, { kind: 'truncated', bytes: 100_000 }, random(1));
    assert.ok(all.bytes === undefined && all.size === 0);
  });

  it('has nothing to do where nothing is written', async () => {
    const damage = { kind: 'bit-rot', sectors: 1, seed: 1 } as const;
    assert.throws(() => damagedBytes(Buffer.alloc(4096), damage, random(1)), Unavailable);
    await withFolder(async (folder) => {
      await assert.rejects(damageFiles(folder, damage, random(1)), Unavailable);
      await assert.rejects(damageFiles(folder, { kind: 'wiped' }, random(1)), Unavailable);
    });
  });

  it('hits the largest file or the one that was written last, says which, and leaves the others alone', async () => {
    const hit = new Set<string>();
    for (let seed = 0; seed < 12; seed += 1) {
      await withFolder(async (folder) => {
        mkdirSync(join(folder, 'deep'));
        const texts = { 'deep/large': 3000, latest: 1000, other: 2000 };
        for (const [name, size] of Object.entries(texts)) {
          writeFileSync(join(folder, name), Buffer.alloc(size, 'x'));
          utimesSync(join(folder, name), 1, name === 'latest' ? 3 : 2);
        }
        // Reserved and not written: larger and later than all others.
        writeFileSync(join(folder, 'reserved'), Buffer.alloc(9000));
        const damage = { kind: 'bit-rot', sectors: 1, seed } as const;
        const done = await damageFiles(folder, damage, random(seed));
        const changed = Object.entries(texts).filter(
          ([name, size]) => !readFileSync(join(folder, name)).equals(Buffer.alloc(size, 'x')),
        );
        assert.equal(changed.length, 1);
        const name = changed[0]?.[0] ?? '';
        assert.ok(done.startsWith(`${name}: a flipped bit at `), done);
        hit.add(name);
      });
    }
    assert.deepEqual([...hit].toSorted(), ['deep/large', 'latest']);
  });

  it('wipes everything, but not the folder', async () => {
    await withFolder(async (folder) => {
      mkdirSync(join(folder, 'deep'));
      writeFileSync(join(folder, 'deep', 'file'), 'text');
      assert.equal(await damageFiles(folder, { kind: 'wiped' }, random(1)), 'all 1 files are gone');
      assert.deepEqual(readdirSync(folder), []);
    });
  });
});
