/** docs/write-a-workload.md, followed: its file is taken out of the page, loaded, and run in the simulated world. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyze } from '#src/run/analyze';
import { buildSpec } from '#src/run/build-spec';
import { runTest } from '#src/run/run-test';
import { isWorkloadFile, loadWorkloadFile } from '#src/run/workload-files';
import { addWorkload, removeWorkload, workloads } from '#workloads/index';

function fileFromPage(): string {
  const page = readFileSync('docs/write-a-workload.md', 'utf8');
  return /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
}

describe('a workload of a user', function () {
  this.timeout(60_000);
  let folder = '';
  let file = '';

  before(() => {
    // Below the package, so that `dissent/workloads` means this one; a user has it as a dependency.
    mkdirSync('store', { recursive: true });
    folder = mkdtempSync(join('store', '.own-workload-'));
    file = join(folder, 'tickets.ts');
    writeFileSync(file, fileFromPage());
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
    assert.equal(removeWorkload('tickets'), true);
    assert.deepEqual([removeWorkload('tickets'), removeWorkload('register')], [false, false]);
    assert.ok(workloads.has('register'));
  });

  it('as the page shows it runs in the simulated world, and is judged by its own checker', async () => {
    assert.equal(await loadWorkloadFile(file), 'tickets');
    const request = {
      system: 'raft',
      workload: 'tickets',
      workloadFile: file,
      world: 'sim',
      nemesis: ['partition', 'kill'],
      time: 10,
    };
    const spec = buildSpec(request, 3);
    assert.equal(spec.workloadFile, file);
    const { results, folder: run } = await runTest(spec, { store: folder });
    assert.equal(results.valid, true, JSON.stringify(results.reasons));
    assert.equal(results.checkers['tickets']?.valid, true);
    assert.ok(results.counts.ok > 300);
    assert.equal((await analyze(run)).results.valid, true);
  });

  it('judges: a number that is given twice is found', async () => {
    await loadWorkloadFile(file);
    const kind = workloads.get('tickets');
    const made = kind?.create(kind.options.parse({}), { concurrency: 2, nodes: ['n1'] });
    const line = (index: number, type: 'invoke' | 'ok', process: number, value?: number) => ({
      index,
      time: index,
      type,
      process,
      f: 'draw',
      key: 'm0',
      ...(value === undefined ? {} : { value }),
    });
    const history = [
      line(0, 'invoke', 0),
      line(1, 'ok', 0, 5),
      line(2, 'invoke', 1),
      line(3, 'ok', 1, 5),
    ];
    const result = await made?.checkers[0]?.check({ history, timeLimitMs: 1000 });
    assert.equal(result?.valid, false);
    assert.match(result?.anomalies?.[0]?.explanation ?? '', /drew 5 from m0, after 5/);
  });

  it('that is none is refused with everything that is wrong', async () => {
    const wrong = { name: 'Not good', create: 3 };
    assert.throws(
      () => addWorkload(wrong, 'it'),
      (error: Error) =>
        ['it is not a workload', 'name is "Not good"', 'summary', 'options', 'create is not'].every(
          (part) => error.message.includes(part),
        ),
    );
    const kind = workloads.get('register');
    assert.throws(() => addWorkload(kind), /calls itself "register"/);
    assert.throws(
      () => addWorkload({ ...kind, name: 'mine', create: () => ({ name: 'other', checkers: [] }) }),
      /name is not "mine"[\s\S]*claim[\s\S]*generator[\s\S]*probe[\s\S]*completion[\s\S]*checkers/,
    );
    await assert.rejects(loadWorkloadFile(join(folder, 'absent.ts')), /cannot load the workload/);
    assert.ok(
      isWorkloadFile('./x.ts') && isWorkloadFile('x.mjs') && !isWorkloadFile('list-append'),
    );
  });
});
