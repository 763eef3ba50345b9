/** The kernel's vDSO: the small library that it maps into every process, and in which programs ask for the time. An ELF file of one page or some. */

/** Where it is in a process's memory; addresses are below 2^47. */
export interface Mapping {
  readonly start: number;
  readonly end: number;
}

export interface Vdso {
  /** Offset of each function that it has, by its name without `__vdso_`; aliases have the offset of what they stand for. */
  readonly functions: ReadonlyMap<string, { readonly offset: number; readonly bytes: number }>;
  /** From here to the end nothing of it is in use. */
  readonly endOffset: number;
}

/** Finds it in the text of /proc/PID/maps; undefined when the process has none, as while it is being started. */
export function findVdso(maps: string): Mapping | undefined {
  const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) \S+ .*\[vdso\]$/m.exec(maps) ?? [];
  if (start === undefined || end === undefined) return undefined;
  return { start: Number.parseInt(start, 16), end: Number.parseInt(end, 16) };
}

/** Names of its segments, sections and symbols that are looked at, by their numbers in the ELF specification. */
const elf = {
  magic: 0x464c457f,
  class64: 2,
  x86_64: 62,
  load: 1,
  dynamic: 2,
  stringTable: 5,
  symbolTable: 6,
  function: 2,
} as const;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly bytes: number;
}

const number64 = (image: Buffer, at: number): number => Number(image.readBigUInt64LE(at));

function segmentsOf(image: Buffer): readonly Segment[] {
  const [table, size, count] = [
    number64(image, 32),
    image.readUInt16LE(54),
    image.readUInt16LE(56),
  ];
  return Array.from({ length: count }, (_, i) => {
    const at = table + i * size;
    return {
      type: image.readUInt32LE(at),
      offset: number64(image, at + 8),
      address: number64(image, at + 16),
      bytes: number64(image, at + 32),
    };
  });
}

/** The values of the dynamic section, by tag. */
function dynamicOf(image: Buffer, { offset, bytes }: Segment): ReadonlyMap<number, number> {
  const entries = Array.from({ length: bytes / 16 }, (_, i) => {
    const at = offset + i * 16;
    return [number64(image, at), number64(image, at + 8)] as const;
  });
  return new Map(entries);
}

/** The file's own end: of its segments and of its table of sections, whichever is later. */
function endOf(image: Buffer, segments: readonly Segment[]): number {
  const sections = number64(image, 40) + image.readUInt16LE(58) * image.readUInt16LE(60);
  const loaded = segments.map(({ type, offset, bytes }) =>
    type === elf.load ? offset + bytes : 0,
  );
  return Math.max(sections, ...loaded);
}

function functionsOf(image: Buffer, base: number, symbols: number, strings: number) {
  const functions = new Map<string, { offset: number; bytes: number }>();
  // The table does not tell its length; linkers put the names right behind it.
  for (let at = symbols; at + 24 <= strings; at += 24) {
    const isFunction = (image.readUInt8(at + 4) & 15) === elf.function;
    const isDefined = image.readUInt16LE(at + 6) !== 0;
    if (!isFunction || !isDefined) continue;
    const name = strings + image.readUInt32LE(at);
    const text = image.toString('latin1', name, image.indexOf(0, name));
    const offset = number64(image, at + 8) - base;
    functions.set(text.replace(/^__vdso_/, ''), { offset, bytes: number64(image, at + 16) });
  }
  return functions;
}

/** Reads its image. Throws an Error that says what about it is not understood. */
export function parseVdso(image: Buffer): Vdso {
  if (image.length < 64 || image.readUInt32LE(0) !== elf.magic) {
    throw new Error('its vDSO is not an ELF file');
  }
  if (image.readUInt8(4) !== elf.class64 || image.readUInt16LE(18) !== elf.x86_64) {
    throw new Error('its vDSO is not one for x86-64 programs of 64 bits');
  }
  const segments = segmentsOf(image);
  const load = segments.find(({ type }) => type === elf.load);
  const dynamic = segments.find(({ type }) => type === elf.dynamic);
  if (load === undefined || dynamic === undefined) {
    throw new Error('its vDSO has no table of symbols');
  }
  const base = load.address - load.offset;
  const tags = dynamicOf(image, dynamic);
  const [symbols, strings] = [tags.get(elf.symbolTable), tags.get(elf.stringTable)];
  if (symbols === undefined || strings === undefined || symbols > strings) {
    throw new Error('its vDSO has a table of symbols that is not laid out as usual');
  }
  const functions = functionsOf(image, base, symbols - base, strings - base);
  return { functions, endOffset: endOf(image, segments) };
}
