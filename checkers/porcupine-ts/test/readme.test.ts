/** What the README says is what happens: its programs are run, its tables are complete. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelNames } from '../src/cli/subjects.ts';
import * as all from '../src/index.ts';
import { shippedNames } from '../src/worker/shipped.ts';
import { mustRun, tool } from './support/installed.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const readme = readFileSync(path('../README.md'), 'utf8');
const index = readFileSync(path('../src/index.ts'), 'utf8');

interface Program {
  readonly line: number;
  /** A name for others to import it by, or `continued`, or `browser`, which cannot be run here; mostly nothing. */
  readonly about: string;
  readonly text: string;
}

const programs: readonly Program[] = [...readme.matchAll(/^```ts ?(.*)\n([\s\S]*?)^```$/gm)].map(
  ({ 1: about = '', 2: text = '', index: at }) => ({
    about,
    text,
    line: readme.slice(0, at).split('\n').length + 1,
  }),
);

/** What a program says it prints: `console.log(...); // => this`. */
const promised = (text: string): readonly string[] =>
  [...text.matchAll(/\/\/ => (.*)$/gm)].map(({ 1: said = '' }) => said);

const exported = [...index.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(
  ({ 1: names = '' }) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
);

describe('the README', function () {
  this.timeout(240_000);
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'porcupine-ts-readme-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(path('..'), join(folder, 'node_modules', 'porcupine-ts'));
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('every program prints what it promises, and its types are right', () => {
    assert.ok(programs.length >= 8);
    let before = '';
    const files: string[] = [];
    for (const { about, text, line } of programs) {
      if (about === 'browser') continue;
      const isContinued = about === 'continued';
      before = isContinued ? before + text : text;
      const file = about.endsWith('.ts') ? about : `line-${line}.ts`;
      files.push(file);
      writeFileSync(join(folder, file), before);
      const lines = mustRun(folder, process.execPath, file).split('\n').slice(0, -1);
      assert.deepEqual(lines, promised(before), `README.md, line ${line}`);
      assert.ok(about.endsWith('.ts') || promised(text).length > 0, `line ${line} prints nothing`);
    }
    const types = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024'];
    const more = ['--allowImportingTsExtensions', '--skipLibCheck', '--types', 'node'];
    const roots = ['--typeRoots', path('../../../node_modules/@types')];
    mustRun(folder, tool('tsc'), ...types, ...more, ...roots, ...files);
  });

  it('names everything that is exported', () => {
    assert.ok(exported.length > 40);
    assert.deepEqual(
      exported.filter((name) => !new RegExp(`\`${name}\\b`).test(readme)),
      [],
    );
  });

  it('names every model of the command line', () => {
    const row = /^\| `--model` \|(.*)\|$/m.exec(readme)?.[1] ?? '';
    assert.deepEqual(
      [...row.matchAll(/`([^`]+)`/g)].map(({ 1: name }) => name),
      [...modelNames],
    );
  });

  it('the models that have a name for threads are those that are exported', () => {
    const models = Object.entries(all)
      .filter(([name]) =>
        new RegExp(`export \\{[^}]*\\b${name}\\b[^}]*\\} from './models/`).test(index),
      )
      .map(([name]) => name);
    const wrapping = ['keyed', 'nondeterministic'];
    assert.deepEqual(
      models.filter((name) => !wrapping.includes(name)).toSorted(),
      shippedNames.toSorted(),
    );
  });
});
