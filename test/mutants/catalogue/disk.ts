/** Between the algorithms and the disk: the driver's promise, the write-ahead log and its bytes. */

import type { Mutant } from '../mutant.ts';

const driver = 'src/node/driver.ts';
const wal = 'src/node/wal.ts';
const format = 'src/node/wal-format.ts';
/** The same group commit in virtual time. */
const simWal = 'src/sim/wal.ts';
/** What is durable in the simulated world. */
const simDisk = 'src/sim/disk.ts';
const durableFile = 'src/node/durable-file.ts';

export const diskMutants: readonly Mutant[] = [
  {
    id: 'D01',
    title: 'does not check the checksums of records',
    class: 'B',
    algorithm: 'both',
    breaks: ['I9', 'I6'],
    edits: [
      {
        file: format,
        find: '    if (!whole || log.readUInt32BE(offset + 4) !== recordCrc(payload, expected)) {',
        replace: '    if (!whole) {',
      },
    ],
    reach: 'sim',
    source: 'mutants of TigerBeetle and SQLite; PACELC of torn writes',
    workloads: ['append', 'register'],
    why: 'A torn batch is read as far as its lengths go: the node does not start, or it starts with rotten records and replicates them. Power loss in the middle of a large write, or bit rot.',
    needs: { faults: ['power-loss', 'bit-rot'] },
  },
  {
    id: 'D03',
    title: 'takes damage in the middle of the log for a torn end',
    class: 'B',
    algorithm: 'both',
    breaks: ['I9', 'I30'],
    edits: [
      {
        file: format,
        find: '      if (proof !== undefined) {',
        replace: '      if (proof === -1) {',
      },
    ],
    reach: 'real+sim',
    source: 'NATS 2.12.1 (Jepsen): 49.7 % lost',
    workloads: ['append', 'register'],
    why: 'The node cuts off everything behind the damage, which it had promised, and votes and leads with what is left. Bit rot on a minority, then a restart.',
    needs: { faults: ['bit-rot', 'kill'] },
  },
  {
    id: 'D05',
    title: 'renames the log into its place and does not sync the directory',
    class: 'B',
    algorithm: 'both',
    breaks: ['I9', 'I30'],
    edits: [{ file: durableFile, find: '  files.syncDirectory(dirname(path));', replace: '' }],
    reach: 'sim',
    source: 'Pillai et al., All File Systems Are Not Created Equal, OSDI 2014',
    workloads: ['append', 'register'],
    why: 'The name of a new log is lost with the power, and with it all that the node ever promised; it comes back as if it were new. A power loss.',
    needs: { faults: ['power-loss'] },
  },
  {
    id: 'D06',
    title: 'reports records as durable when they are written, before the sync',
    class: 'B',
    algorithm: 'both',
    breaks: ['I9', 'I30'],
    edits: [
      {
        file: wal,
        find: '      this.#file.sync((error) => {\n        if (this.#ended(error)) return;',
        replace:
          '      this.#handlers.onDurable(sequence);\n      this.#file.sync((error) => {\n        if (this.#ended(error)) return;',
      },
      {
        file: simWal,
        find: '    if (!this.#write(records)) return;\n',
        replace: `    if (!this.#write(records)) return;
    const early = this.#writingSequence;
    this.#parts.interrupt(() => this.#parts.onDurable(early));
`,
      },
    ],
    reach: 'sim',
    source: 'NATS 2.12.1 (lazy flush)',
    workloads: ['append', 'register'],
    why: 'Promises leave while the bytes are in the page cache: a process that is killed keeps them, a machine that loses power does not. Power loss of a majority.',
    needs: { faults: ['power-loss'] },
  },
  {
    id: 'R27',
    title: 'takes a failed sync for a successful one',
    class: 'B',
    algorithm: 'both',
    breaks: ['I9', 'I30'],
    edits: [
      {
        file: wal,
        find: '      this.#file.sync((error) => {\n        if (this.#ended(error)) return;',
        replace: '      this.#file.sync(() => {\n        if (this.#ended(null)) return;',
      },
      {
        file: simWal,
        find: '    if (error !== undefined) return interrupt(() => onFailure(error));',
        replace: "    if (error?.name === '') return interrupt(() => onFailure(error));",
      },
    ],
    reach: 'sim',
    source: 'Rebello et al., ATC 2020 (fsync failures)',
    workloads: ['append', 'register'],
    why: 'After EIO the pages are marked clean and lost at the next power loss. EIO on fsync, then a power loss of the same node.',
    needs: { faults: ['disk-error', 'power-loss'] },
  },
  {
    id: 'D07',
    title: 'releases promises one write too early',
    class: 'B',
    algorithm: 'both',
    breaks: ['I9', 'I30'],
    edits: [
      {
        file: driver,
        find: '        if (effect.afterDurable <= this.#durable) this.#hands.send(effect.to, effect.message);',
        replace:
          '        if (effect.afterDurable <= this.#durable + 1) this.#hands.send(effect.to, effect.message);',
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['append', 'register'],
    why: 'Right as long as more than one write is in flight, wrong for the last one: its acknowledgement leaves at once. Slow disks and a power loss.',
    needs: { faults: ['power-loss'] },
  },
  {
    id: 'D08',
    title: 'releases everything that waits at the first completed write',
    class: 'B',
    algorithm: 'both',
    breaks: ['I9', 'I30'],
    edits: [
      {
        file: driver,
        find: '        if (send.afterDurable <= sequence) this.#hands.send(send.to, send.message);',
        replace: '        if (send.afterDurable > 0) this.#hands.send(send.to, send.message);',
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['append', 'register'],
    why: 'With two writes in flight the first completion sends the promises of the second too. Slow disks under load, then a power loss.',
    needs: { faults: ['power-loss'] },
  },
  {
    id: 'D11',
    title: 'what a restart reads from the page cache is not synced',
    class: 'B',
    algorithm: 'both',
    breaks: ['I9', 'I30'],
    edits: [
      {
        file: wal,
        find: '    fdatasyncSync(fd);\n',
        replace: '',
      },
      {
        file: simDisk,
        find: '    this.#durable = this.#batches.length;\n    return found;',
        replace: '    return found;',
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['append', 'register'],
    why: 'The process died before its sync, the next one promises what it found, and then the power fails. A kill, then a power loss.',
    needs: { faults: ['kill', 'power-loss'] },
  },
  {
    id: 'D12',
    title: 'a new file gets its name before its bytes are on disk',
    class: 'B',
    algorithm: 'both',
    breaks: ['a node starts again'],
    edits: [
      {
        file: 'src/node/durable-file.ts',
        find: '  files.sync(temporary);\n',
        replace: '',
      },
    ],
    reach: 'sim',
    source: 'own',
    workloads: ['register'],
    why: 'The number of the last start is found empty after a loss of power, and the node does not start any more. Power lost soon after a start.',
  },
];
