/** Mutants in processes: nodes of a real cluster and worker threads run them, and each directed scenario catches its own. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { mutants } from '#test/mutants/catalogue/index';
import { mutantEnvironment, played } from '#test/mutants/children';
import { directed } from '#test/mutants/directed';
import { dissent, latest, temporaryStore } from './support.ts';

/** The lines that processes left, by process. */
function marksIn(file: string): ReadonlyMap<string, readonly string[]> {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return Map.groupBy(lines, (line) => line.split(' ')[1] ?? '');
}

describe('mutants in processes', function () {
  this.timeout(240_000);
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dissent-mutant-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('every node of a real cluster runs the mutant', async () => {
    const store = temporaryStore();
    const marks = join(folder, 'marks');
    try {
      const args = ['test', 'raft', '--nodes', '3', '--time', '1', '--seed', '1', '--clients', '3'];
      const run = await dissent([...args, '--out', store.path], {
        env: mutantEnvironment('C13', marks),
      });
      // Found or not: it ran.
      assert.ok([0, 1, 2, 3].includes(run.exitCode ?? -1), String(run.stderr));
      const marked = marksIn(marks);
      for (const node of ['n1', 'n2', 'n3']) {
        const log = readFileSync(join(latest(store.path), 'nodes', node, 'log'), 'utf8');
        const pid = /, pid (\d+)/.exec(log)?.[1] ?? 'none';
        const line = `C13 ${pid} src/consensus/create-replica.ts`;
        assert.ok(marked.get(pid)?.includes(line), `${node}: ${line}`);
      }
    } finally {
      store.remove();
    }
  });

  it('so do worker threads', async () => {
    const marks = join(folder, 'marks');
    const program = fileURLToPath(new URL('./fixtures/same-ballot.ts', import.meta.url));
    const ask = async (id: string): Promise<string> =>
      (await execa(process.execPath, [program], { env: mutantEnvironment(id, marks) })).stdout;
    assert.equal(await ask(''), 'false');
    assert.equal(await ask('P11'), 'true');
    // Once in the main thread and once in the worker.
    assert.deepEqual(
      [...marksIn(marks).values()].map((lines) => lines.length),
      [2],
    );
  });

  it('an unknown mutant ends the process with those there are', async () => {
    const ended = await execa(process.execPath, ['-e', ''], {
      env: mutantEnvironment('R99'),
      reject: false,
    });
    assert.notEqual(ended.exitCode, 0);
    assert.match(ended.stderr, /unknown mutant "R99"; there are: R01, /);
  });
});

describe('directed scenarios', function () {
  this.timeout(240_000);

  it('hold without a mutant', async () => {
    for (const { file, passed, found } of await played(
      '',
      directed.map((d) => d.scenario),
    )) {
      assert.ok(passed, `${file}: ${found.join('; ')}`);
    }
  });

  for (const { id, title } of mutants) {
    const scenarios = directed.filter(({ catches }) => catches.includes(id)).map((d) => d.scenario);
    if (scenarios.length === 0) continue;
    it(`${scenarios.join(' and ')} catch ${id}: ${title}`, async () => {
      for (const { file, passed, found } of await played(id, scenarios)) {
        assert.ok(!passed && found.length > 0, file);
      }
    });
  }

  it('name mutants that there are', () => {
    const known = new Set(mutants.map(({ id }) => id));
    assert.deepEqual(
      directed.flatMap(({ catches }) => catches).filter((id) => !known.has(id)),
      [],
    );
  });
});
