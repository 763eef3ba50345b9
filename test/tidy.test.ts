/** House rules that a compiler does not know: which room may import from which, and that every file says what it is. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each room may import besides itself. Dependencies point one way: anything not listed is a door in the wrong wall. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'src/errors': [],
  'src/random': [],
  'src/consensus': [],
  'src/history': ['src/errors'],
  'src/client': ['src/consensus'],
  'src/generator': ['src/history', 'src/random'],
  'src/schedule': ['src/errors', 'src/random', 'nemesis'],
  'src/metrics': ['src/history'],
  'src/node': ['src/consensus', 'src/client', 'src/errors', 'src/random'],
  'src/cluster': [
    'src/node',
    'src/consensus',
    'src/client',
    'src/schedule',
    'src/errors',
    'src/random',
  ],
  'src/sim': [
    'src/cluster',
    'src/node',
    'src/consensus',
    'src/client',
    'src/schedule',
    'src/errors',
    'src/random',
  ],
  'src/systems': [
    'src/cluster',
    'src/sim',
    'src/node',
    'src/consensus',
    'src/client',
    'src/schedule',
    'src/errors',
    'src/random',
  ],
  nemesis: ['src/schedule', 'src/random', 'src/errors'],
  checkers: ['src/history', 'src/errors', 'checkers/invariants'],
  'checkers/invariants': ['checkers', 'src/consensus', 'src/errors'],
  'checkers/porcupine-ts': [],
  workloads: [
    'checkers',
    'checkers/invariants',
    'src/client',
    'src/generator',
    'src/history',
    'src/random',
    'src/errors',
  ],
  reports: ['checkers', 'src/history', 'src/metrics', 'src/schedule', 'src/errors'],
  'reports/viewer': ['reports', 'src/metrics'],
  'src/scenario': ['src/consensus', 'src/random', 'src/errors', 'reports'],
};

/** Rooms at the top may import everything below them. */
const top = ['src/run', 'src/hunt', 'src/campaign', 'src/cli', 'src/index', 'src/sim-api'];

const aliases: readonly (readonly [string, string])[] = [
  ['#src/', 'src/'],
  ['#checkers/', 'checkers/'],
  ['#nemesis/', 'nemesis/'],
  ['#workloads/', 'workloads/'],
  ['#reports/', 'reports/'],
];

function roomOf(file: string): string {
  const parts = file.replace(/\.ts$/, '').split('/');
  const two = parts.slice(0, 2).join('/');
  return two in mayImport || top.includes(two) ? two : (parts[0] as string);
}

function targetOf(specifier: string, file: string): string | undefined {
  if (specifier.startsWith('.')) return relative(root, resolve(root, dirname(file), specifier));
  const alias = aliases.find(([prefix]) => specifier.startsWith(prefix));
  return alias === undefined ? undefined : alias[1] + specifier.slice(alias[0].length);
}

const sources = globSync('{src,nemesis,workloads,checkers,reports}/**/*.ts', { cwd: root }).filter(
  (file) => !file.includes('node_modules') && !file.includes('/test/'),
);

function wrongDoors(file: string): string[] {
  const room = roomOf(file);
  if (top.includes(room)) return [];
  const text = readFileSync(join(root, file), 'utf8');
  const specifiers = [...text.matchAll(/^(?:import|export)[^'"]*?from '([^']+)'/gm)].map(
    (m) => m[1] as string,
  );
  return specifiers.flatMap((specifier) => {
    const target = targetOf(specifier, file);
    if (target === undefined) return [];
    const to = roomOf(target);
    const allowed = to === room || (mayImport[room] ?? []).includes(to);
    return allowed ? [] : [`${file} (${room}) imports ${target} (${to})`];
  });
}

describe('tidy', () => {
  it('dependencies between rooms point one way', () => {
    assert.ok(sources.length > 20);
    assert.deepEqual(sources.flatMap(wrongDoors), []);
  });

  it('every source file begins by saying what it is about', () => {
    const silent = sources.filter(
      (file) => !/^(#!.*\n)?\/(\*\*|\/) ?/.test(readFileSync(join(root, file), 'utf8')),
    );
    assert.deepEqual(silent, []);
  });

  it('algorithms have no clock, no randomness and no timers of their own', () => {
    const forbidden =
      /\b(Date\.now|Math\.random|performance\.now|setTimeout|setInterval|process\.|['"]node:)/;
    const impure = globSync('src/consensus/**/*.ts', { cwd: root }).filter((file) =>
      forbidden.test(
        readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''),
      ),
    );
    assert.deepEqual(impure, []);
  });
});
