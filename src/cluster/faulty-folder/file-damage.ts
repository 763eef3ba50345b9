/**
 * Damage to the files of a program whose formats are not known here: which file is drawn, and where in it, among the bytes that are not
 * zero. Whether the program can notice it is the program's affair.
 */

import { lstatSync, readdirSync } from 'node:fs';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pick, type Random, shuffle } from '../../random/random.ts';
import { type DiskDamage, Unavailable } from '../../schedule/world.ts';
import { emptyFolder } from './folders.ts';

const sectorBytes = 512;

/** Larger ones are left alone: they would have to be held in memory. */
const fileBytesMax = 1024 * 1024 * 1024;

interface DataFile {
  readonly path: string;
  /** Without holes: space that a program has reserved is no content. */
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** The regular files below a folder that are not empty. */
function filesBelow(folder: string): readonly DataFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) return [];
    const { size, blocks, mtimeMs } = lstatSync(path);
    const bytes = Math.min(size, blocks * sectorBytes);
    return size > 0 && size <= fileBytesMax ? [{ path, bytes, mtimeMs }] : [];
  });
}

/** The sectors in which there is anything but zeros. */
export function writtenSectors(bytes: Buffer): readonly number[] {
  const zeros = Buffer.alloc(sectorBytes);
  const sectors = Array.from({ length: Math.ceil(bytes.length / sectorBytes) }, (_, n) => n);
  return sectors.filter((n) => {
    const sector = sectorOf(bytes, n);
    return !sector.equals(zeros.subarray(0, sector.length));
  });
}

const sectorOf = (bytes: Buffer, n: number): Buffer =>
  bytes.subarray(n * sectorBytes, (n + 1) * sectorBytes);

/**
 * Damages one file below the folder, the largest or the one that was written last, or deletes all. Resolves with what was done. Throws
 * Unavailable when there is nothing to damage.
 */
export async function damageFiles(
  folder: string,
  damage: DiskDamage,
  random: Random,
): Promise<string> {
  const files = filesBelow(folder);
  if (damage.kind === 'wiped') {
    if (files.length === 0) throw new Unavailable('there are no files yet that could be wiped');
    await emptyFolder(folder);
    return `all ${files.length} files are gone`;
  }
  const largest = files.toSorted((a, b) => b.bytes - a.bytes || compare(a.path, b.path));
  const latest = files.toSorted((a, b) => b.mtimeMs - a.mtimeMs || compare(a.path, b.path));
  const { path, bytes } = await firstWritten(pick(random, [largest, latest]));
  const change = damagedBytes(bytes, damage, random);
  if (change.bytes === undefined) await truncate(path, change.size);
  else await writeFile(path, change.bytes);
  return `${relative(folder, path)}: ${change.done}`;
}

/** The first with anything but zeros in it. */
async function firstWritten(
  files: readonly DataFile[],
): Promise<{ readonly path: string; readonly bytes: Buffer }> {
  for (const { path } of files) {
    const bytes = await readFile(path);
    if (bytes.some((byte) => byte !== 0)) return { path, bytes };
  }
  throw new Unavailable('there are no files yet that could be damaged');
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

type Damaged =
  | { readonly bytes: Buffer; readonly done: string }
  | { readonly bytes: undefined; readonly size: number; readonly done: string };

/** Pure. Throws Unavailable when there is too little in the file. */
export function damagedBytes(
  bytes: Buffer,
  damage: Exclude<DiskDamage, { kind: 'wiped' }>,
  random: Random,
): Damaged {
  const written = writtenSectors(bytes);
  if (written.length === 0) throw new Unavailable('the file has only zeros');
  switch (damage.kind) {
    case 'bit-rot':
      return rotten(bytes, shuffle(random, written).slice(0, damage.sectors), random);
    case 'misdirected':
      return misdirected(bytes, written, random);
    case 'truncated': {
      const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
      const size = Math.max(0, end - damage.bytes);
      return { bytes: undefined, size, done: `the content ends at ${size}, not ${end}` };
    }
  }
}

function rotten(whole: Buffer, sectors: readonly number[], random: Random): Damaged {
  const bytes = Buffer.from(whole);
  const offsets = sectors.map((sector) => {
    const offset = sector * sectorBytes + random.below(sectorOf(bytes, sector).length);
    bytes.writeUInt8(bytes.readUInt8(offset) ^ (1 << random.below(8)), offset);
    return offset;
  });
  return { bytes, done: `a flipped bit at ${offsets.toSorted((a, b) => a - b).join(', ')}` };
}

function misdirected(whole: Buffer, written: readonly number[], random: Random): Damaged {
  const full = written.filter((n) => sectorOf(whole, n).length === sectorBytes);
  if (full.length < 2) throw new Unavailable('the file has no two whole sectors yet');
  const from = pick(random, full);
  const others = full.filter((n) => !sectorOf(whole, n).equals(sectorOf(whole, from)));
  if (others.length === 0) throw new Unavailable('all sectors of the file are equal');
  const to = pick(random, others);
  const bytes = Buffer.from(whole);
  sectorOf(whole, from).copy(bytes, to * sectorBytes);
  return { bytes, done: `sector ${from} in the place of sector ${to}` };
}
