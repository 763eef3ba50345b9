/** What power loss and bad disks do to the bytes of a log, on files of nodes that are down. Pure: bytes in, bytes out. */

import type { UnsyncedWrite } from '../node/fault-hooks.ts';
import { type BatchPlace, batchPlaces, fileHeaderBytes } from '../node/wal-format.ts';
import { pick, type Random, shuffle } from '../random/random.ts';
import { type DiskDamage, Unavailable } from '../schedule/world.ts';

/** The unit in which a disk writes or does not; also that of the kernel's page cache. */
const sectorBytes = 512;
const pageBytes = 4096;

export interface Changed {
  readonly bytes: Buffer;
  /** For the history. */
  readonly done: string;
}

/** Zeros in the place of every write, and the size as of the last sync: a log is only ever appended to, and zeros were there before. */
export function withoutUnsynced(
  log: Buffer,
  syncedBytes: number,
  writes: readonly UnsyncedWrite[],
): Changed {
  const bytes = Buffer.from(log.subarray(0, syncedBytes));
  const within = (offset: number): number => Math.min(offset, bytes.length);
  for (const { position, bytes: length } of writes) {
    bytes.fill(0, within(position), within(position + length));
  }
  return { bytes, done: describe(writes, 'lost') };
}

/** Of every write nothing, all, or some sectors are there; sectors are where the disk has them, not where the write begins. */
export function withTornWrites(
  log: Buffer,
  syncedBytes: number,
  writes: readonly UnsyncedWrite[],
  random: Random,
): Changed {
  const { bytes: whole } = withoutUnsynced(log, syncedBytes, writes);
  const bytes = Buffer.concat([whole], Math.max(syncedBytes, log.length));
  let kept = 0;
  for (const { position, bytes: length } of writes) {
    const fate = random.below(4);
    const grain = random.below(2) === 0 ? sectorBytes : pageBytes;
    const end = Math.min(position + length, log.length);
    for (let at = position; at < end; ) {
      const next = Math.min((Math.floor(at / grain) + 1) * grain, end);
      if (fate === 1 || (fate > 1 && random.below(2) === 0)) {
        log.copy(bytes, at, at, next);
        kept += next - at;
      }
      at = next;
    }
  }
  const there = writes.length === 0 ? '' : `, of which ${kept} bytes are there`;
  return { bytes, done: `${describe(writes, 'torn')}${there}` };
}

function describe(writes: readonly UnsyncedWrite[], what: string): string {
  const [first] = writes;
  if (first === undefined) return 'everything written had been synced';
  const total = writes.reduce((sum, { bytes }) => sum + bytes, 0);
  return `${writes.length} unsynced writes of ${total} bytes from ${first.position} on are ${what}`;
}

/**
 * Damages a log. Throws Unavailable for what would leave no trace: a node that comes back without what it had promised, and cannot
 * know it, breaks every algorithm, so a violation would be the test's fault. `undefined`: the file is gone.
 */
export function damaged(
  log: Buffer,
  damage: DiskDamage,
  random: Random,
): Changed | { readonly bytes: undefined; readonly done: string } {
  const places = batchPlaces(log);
  switch (damage.kind) {
    case 'bit-rot':
      return rotten(log, provenEnd(places), damage.sectors, random);
    case 'misdirected':
      return misdirected(log, provenEnd(places), random);
    case 'truncated':
      return truncated(log, places, damage.bytes);
    case 'wiped':
      // The node remembers beside the log that it had been started before, so it knows that the log is missing.
      return { bytes: undefined, done: 'the log is gone' };
  }
}

/** Up to here a later header says that the log had been on disk, so damage before it cannot pass for a torn write. */
function provenEnd(places: readonly BatchPlace[]): number {
  const proven = places.reduce((most, { synced }) => Math.max(most, synced), 0);
  return places[proven - 1]?.end ?? fileHeaderBytes;
}

function rotten(log: Buffer, end: number, sectors: number, random: Random): Changed {
  if (end <= fileHeaderBytes) throw new Unavailable('the log has nothing yet that can be damaged');
  const bytes = Buffer.from(log);
  const count = Math.ceil(end / sectorBytes);
  const chosen = shuffle(
    random,
    Array.from({ length: count }, (_, sector) => sector),
  ).slice(0, sectors);
  const offsets = chosen.map((sector) => {
    const from = Math.max(fileHeaderBytes, sector * sectorBytes);
    const offset = from + random.below(Math.min(end, (sector + 1) * sectorBytes) - from);
    bytes.writeUInt8(bytes.readUInt8(offset) ^ (1 << random.below(8)), offset);
    return offset;
  });
  return { bytes, done: `a flipped bit at ${offsets.toSorted((a, b) => a - b).join(', ')}` };
}

function misdirected(log: Buffer, end: number, random: Random): Changed {
  const count = Math.floor(end / sectorBytes);
  if (count < 2) throw new Unavailable('the log has no two whole sectors yet');
  const sector = (n: number): Buffer => log.subarray(n * sectorBytes, (n + 1) * sectorBytes);
  const from = random.below(count);
  const others = Array.from({ length: count }, (_, n) => n).filter(
    (n) => !sector(n).equals(sector(from)),
  );
  if (others.length === 0) throw new Unavailable('all sectors of the log are equal');
  const to = pick(random, others);
  const bytes = Buffer.from(log);
  sector(from).copy(bytes, to * sectorBytes);
  return { bytes, done: `sector ${from} in the place of sector ${to}` };
}

function truncated(log: Buffer, places: readonly BatchPlace[], cut: number): Changed {
  const end = places.at(-1)?.end ?? fileHeaderBytes;
  const keep = Math.max(0, end - cut);
  // A log without a whole header is known to be damaged; any other that is too short looks like an older one.
  const isLossy = places.some((batch) => batch.records > 0 && batch.end > keep);
  if (keep >= fileHeaderBytes && isLossy) {
    throw new Unavailable(
      `the last ${cut} bytes would be gone without a trace, and with them what this node promised: no algorithm can keep its ` +
        "guarantees when that node comes back under its name, so a violation would be the test's fault",
    );
  }
  return { bytes: Buffer.from(log.subarray(0, keep)), done: `the log ends at ${keep}, not ${end}` };
}
