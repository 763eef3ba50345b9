/** The way back of a file, against a file that remembers all its contents. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Change,
  type Step,
  UndoLog,
  undoAll,
  undoTorn,
} from '#src/cluster/faulty-folder/undo-log';
import { stream } from '#src/random/random';

type Act =
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'resize'; readonly size: number }
  | { readonly kind: 'sync-starts' }
  | { readonly kind: 'sync-ends' };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      offset: fc.nat(40),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 30 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('resize' as const), size: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'sync-starts' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'sync-ends' as const }) },
);

const resized = (bytes: Buffer, size: number): Buffer =>
  size <= bytes.length
    ? Buffer.from(bytes.subarray(0, size))
    : Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);

function written(bytes: Buffer, offset: number, what: Uint8Array): Buffer {
  const next = resized(bytes, Math.max(bytes.length, offset + what.length));
  next.set(what, offset);
  return next;
}

/** A disk as the steps change it. */
const applied = (bytes: Buffer, steps: readonly Step[]): Buffer =>
  steps.reduce(
    (now, step) =>
      step.kind === 'resize' ? resized(now, step.size) : written(now, step.offset, step.bytes),
    bytes,
  );

/** What replaces what, as the file system notes it. */
function changeOf(before: Buffer, after: Buffer, act: Act): Change {
  const [from, until] =
    act.kind === 'write'
      ? [act.offset, Math.min(before.length, act.offset + act.bytes.length)]
      : [after.length, before.length];
  const old = Buffer.from(before.subarray(from, Math.max(from, until)));
  // Zeros that are cut off need not be kept; those that are overwritten do.
  const isKept = old.length > 0 && (act.kind === 'write' || old.some((byte) => byte !== 0));
  return {
    replaced: isKept ? [{ offset: from, bytes: old }] : [],
    offset: from,
    length: act.kind === 'write' ? act.bytes.length : 0,
    sizeBefore: before.length,
    sizeAfter: after.length,
  };
}

/** All contents since the last sync that has ended, the synced one first. */
function played(acts: readonly Act[]): { readonly log: UndoLog; readonly contents: Buffer[] } {
  const log = new UndoLog();
  const contents: Buffer[] = [Buffer.alloc(0)];
  let syncing: { readonly end: number; readonly content: Buffer } | undefined;
  for (const one of acts) {
    const now = contents.at(-1) as Buffer;
    if (one.kind === 'sync-starts') syncing ??= { end: log.end, content: now };
    else if (one.kind === 'sync-ends') {
      if (syncing === undefined) continue;
      log.settle(syncing.end);
      contents.splice(0, contents.indexOf(syncing.content));
      syncing = undefined;
    } else {
      const next =
        one.kind === 'write' ? written(now, one.offset, one.bytes) : resized(now, one.size);
      log.add(changeOf(now, next, one));
      contents.push(next);
    }
  }
  return { log, contents };
}

const sectorBytes = 8;
const sectorsOf = (bytes: Buffer, size: number): readonly Buffer[] =>
  Array.from({ length: Math.ceil(size / sectorBytes) }, (_, n) =>
    resized(bytes, Math.max(bytes.length, size)).subarray(
      n * sectorBytes,
      Math.min(size, (n + 1) * sectorBytes),
    ),
  );

describe('the way back of a file', () => {
  it('leads to what was synced, whatever was written and cut since', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
        const { log, contents } = played(acts);
        const lost = applied(contents.at(-1) as Buffer, undoAll(log.changes));
        assert.deepEqual(lost, contents[0]);
        assert.equal(log.changes.length, contents.length - 1);
      }),
      { numRuns: 500 },
    );
  });

  it('torn: every sector has one of the contents since then, and the file one of the sizes', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 25 }), fc.integer(), (acts, seed) => {
        const { log, contents } = played(acts);
        const steps = undoTorn(log.changes, sectorBytes, stream(seed, 'torn'));
        const torn = applied(contents.at(-1) as Buffer, steps);
        assert.ok(contents.some(({ length }) => length === torn.length));
        for (const [n, sector] of sectorsOf(torn, torn.length).entries()) {
          const known = contents.map((content) => sectorsOf(content, torn.length)[n] as Buffer);
          assert.ok(
            known.some((one) => one.equals(sector)),
            `sector ${n} has never looked like this`,
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('torn: nothing that a surviving cut had taken comes back', () => {
    const { log, contents } = played([
      { kind: 'write', offset: 0, bytes: Buffer.alloc(32, 'a') },
      { kind: 'sync-starts' },
      { kind: 'sync-ends' },
      { kind: 'resize', size: 0 },
      { kind: 'write', offset: 24, bytes: Buffer.alloc(8, 'b') },
    ]);
    for (let seed = 0; seed < 50; seed += 1) {
      const steps = undoTorn(log.changes, sectorBytes, stream(seed, 'torn'));
      const torn = applied(contents.at(-1) as Buffer, steps);
      const isOld = torn.equals(Buffer.alloc(32, 'a'));
      assert.ok(isOld || !torn.includes('a'), `${torn.toString('latin1')} mixes before and after`);
    }
  });

  it('torn: tears', () => {
    const { log, contents } = played([
      { kind: 'write', offset: 0, bytes: Buffer.alloc(64, 'a') },
      { kind: 'sync-starts' },
      { kind: 'sync-ends' },
      { kind: 'write', offset: 0, bytes: Buffer.alloc(64, 'b') },
    ]);
    const torn = Array.from({ length: 20 }, (_, seed) =>
      applied(
        contents.at(-1) as Buffer,
        undoTorn(log.changes, sectorBytes, stream(seed, 'torn')),
      ).toString(),
    );
    assert.ok(torn.every((text) => /^(a{8}|b{8})*$/.test(text) && text.length === 64));
    assert.ok(torn.filter((text) => text.includes('a') && text.includes('b')).length > 10);
  });

  it('counts the bytes that it keeps, and forgets them with the sync', () => {
    const { log } = played([
      { kind: 'write', offset: 0, bytes: Buffer.alloc(10, 'a') },
      { kind: 'sync-starts' },
      { kind: 'write', offset: 5, bytes: Buffer.alloc(10, 'b') },
    ]);
    assert.deepEqual([log.savedBytes, log.end, log.changesSize], [5, 2, true]);
    log.settle(1);
    assert.deepEqual([log.savedBytes, log.end, log.changes.length], [5, 2, 1]);
    log.settle(2);
    log.settle(1);
    assert.deepEqual([log.savedBytes, log.end, log.changesSize], [0, 2, false]);
  });
});
