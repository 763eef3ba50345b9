/** Makes built.ts out of clock.c: `node src/cluster/process-clock/blob/build.ts`. Needs gcc and binutils, on x86-64 Linux. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Built {
  /** Which compiler made it: another one makes other bytes. */
  readonly compiler: string;
  readonly code: Buffer;
  /** Where in it each symbol of clock.c is that others may know. */
  readonly symbols: Readonly<Record<string, number>>;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const flags = [
  '-std=c11',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Os',
  '-ffreestanding',
  '-fPIC',
  '-fno-stack-protector',
  '-fno-asynchronous-unwind-tables',
  '-fcf-protection=none',
  // No vector registers, which a caller of the vDSO may not have saved; no tables of addresses, which nobody would relocate.
  '-mgeneral-regs-only',
  '-mno-red-zone',
  '-fno-jump-tables',
  '-march=x86-64',
];

const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

export const compilerHere = (): string => run('gcc', '--version').split('\n')[0] ?? '';

/** Compiles clock.c. Throws when a tool is missing or fails. */
export function build(): Built {
  const folder = mkdtempSync(join(tmpdir(), 'dissent-blob-'));
  try {
    const [object, linked, flat] = ['clock.o', 'clock.elf', 'clock.bin'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    run('gcc', ...flags, '-c', here('clock.c'), '-o', object);
    run('ld', '--no-warn-rwx-segments', '-T', here('clock.ld'), object, '-o', linked);
    run('objcopy', '-O', 'binary', '-j', '.blob', linked, flat);
    const symbols = [...run('nm', linked).matchAll(/^([0-9a-f]+) [TD] (\w+)$/gim)].map(
      ([, at = '', name = '']) => [name, Number.parseInt(at, 16)] as const,
    );
    return {
      compiler: compilerHere(),
      code: readFileSync(flat),
      symbols: Object.fromEntries(symbols),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function render({ compiler, code, symbols }: Built): string {
  const at = (name: string): number => {
    const found = symbols[name];
    if (found === undefined) throw new Error(`clock.c has no ${name}`);
    return found;
  };
  const lines = code.toString('base64').match(/.{1,90}/g) ?? [];
  return `/** Machine code made of clock.c by build.ts; not to be edited. */

export const blob = {
  compiler: '${compiler}',
  /** Offsets, in bytes: what takes the place of each function of the vDSO. */
  entries: {
    clock_gettime: ${at('dissent_clock_gettime')},
    gettimeofday: ${at('dissent_gettimeofday')},
    time: ${at('dissent_time')},
  },
  /** Offset of the state, which is at the end. */
  state: ${at('state')},
  code: Buffer.from(
    [
${lines.map((line) => `      '${line}',`).join('\n')}
    ].join(''),
    'base64',
  ),
} as const;
`;
}

if (import.meta.main) {
  const built = build();
  writeFileSync(here('built.ts'), render(built));
  process.stdout.write(`${built.code.length} bytes: ${JSON.stringify(built.symbols)}\n`);
}
