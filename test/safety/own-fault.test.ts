/** docs/write-a-fault.md, followed: its file is taken out of the page, loaded by `--fault`, and takes effect. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faults, removeFault } from '#nemesis/index';
import { loadFaultFiles } from '#src/run/fault-files';
import { dissent, latest, readJson, temporaryStore } from './support.ts';

/** The first block of the page. */
function fileFromPage(): string {
  const page = readFileSync('docs/write-a-fault.md', 'utf8');
  return /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
}

describe('a fault of a user', function () {
  this.timeout(240_000);
  // Below the package, so that `dissent/nemesis` means this one; a user has it as a dependency.
  let folder = '';
  let file = '';
  const store = temporaryStore();

  before(() => {
    folder = mkdtempSync(join('test', 'safety', '.own-fault-'));
    file = join(folder, 'hang-up.ts');
    writeFileSync(file, fileFromPage());
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
    store.remove();
    removeFault('hang-up');
  });

  it('as the page shows it takes effect, is kept up, is healed and is in the results', async () => {
    const args = ['--nodes', '3', '--time', '4', '--seed', '1', '--clients', '3', '--rate', '60'];
    const run = await dissent(
      ['test', 'raft', '--fault', file, '--nemesis', 'hang-up', '--out', store.path, ...args],
      { env: { CI: '1' } },
    );
    assert.equal(run.exitCode, 0, `${String(run.stdout)}\n${String(run.stderr)}`);
    const folderOfRun = latest(store.path);
    const results = JSON.stringify(readJson(folderOfRun, 'results.json'));
    assert.match(results, /"kind":"hang-up","installed":[1-9]/);
    const history = readFileSync(join(folderOfRun, 'history.jsonl'), 'utf8');
    assert.match(history, /"hungUpOn":\["n\d"/);
    assert.match(history, /"f":"heal-hang-up".*"times":[1-9]/);
    // As read back from the proxy that clients take.
    assert.match(history, /"seen":\{"n\d":"disabled"/);
    assert.match(JSON.stringify(readJson(folderOfRun, 'test.json')), /hang-up\.ts/);
  });

  it('is in a plan, on whom the page says', async () => {
    const args = [
      '--nemesis',
      'hang-up,kill',
      '--seed',
      '2',
      '--time',
      '20',
      '--dry-run',
      '--json',
    ];
    const run = await dissent(['test', 'raft', '--fault', file, ...args]);
    assert.equal(run.exitCode, 0, String(run.stderr));
    const plan = JSON.parse(String(run.stdout)) as { fault: { kind: string }; target: string }[];
    const own = plan.filter(({ fault }) => fault.kind === 'hang-up');
    assert.ok(own.length > 0);
    assert.ok(own.every(({ target }) => target === 'leader' || target === 'all'));
    assert.match(String(run.stderr), /█.*hang-up \(everyMs \d+\)/);
  });

  it('that is none is bad input, with everything that is wrong', async () => {
    const wrong = join(folder, 'wrong.ts');
    writeFileSync(wrong, `export default { kind: 'Heal me', plans: [], inject() {} };\n`);
    const run = await dissent(['test', 'raft', '--fault', wrong, '--dry-run']);
    assert.equal(run.exitCode, 254);
    const said = String(run.stderr);
    for (const part of ['kind is "Heal me"', 'summary', 'schema', 'plans is not', 'heal is not']) {
      assert.ok(said.includes(part), `${part} is not in ${said}`);
    }
    await assert.rejects(loadFaultFiles([join(folder, 'absent.ts')]), /cannot load the fault/);
  });

  it('is known once it was loaded, and can be loaded again', async () => {
    assert.deepEqual(await loadFaultFiles([file, file]), ['hang-up', 'hang-up']);
    assert.equal(
      faults.get('hang-up')?.summary,
      'hangs up on the clients of nodes, again and again',
    );
    assert.equal(removeFault('hang-up'), true);
    assert.equal(faults.get('hang-up'), undefined);
    assert.deepEqual([removeFault('hang-up'), removeFault('kill')], [false, false]);
    assert.ok(faults.has('kill'));
  });
});
