/** What needs processes of its own: a planted bug is reported, shrunk, written and replayed; and runs are the same elsewhere. */

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { judge } from '#src/hunt/judge';
import { reproSchema } from '#src/hunt/repro';
import { drawTest } from '#src/hunt/swarm';
import { mutantEnvironment } from '#test/mutants/children';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a program of this project with a mutant in it; the empty name is none. */
const run = (mutant: string, program: string, args: readonly string[], cwd = root) =>
  execa(process.execPath, [join(root, program), ...args], {
    cwd,
    env: mutantEnvironment(mutant),
    reject: false,
    timeout: 300_000,
  });

/** Bugs that do nothing until a node restarts. */
const forgetful = { raft: 'R05r', paxos: 'P38p' } as const;

describe('self-checks in processes', function () {
  this.timeout(600_000);
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dissent-canary-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('a canary: a hunt of a broken algorithm reports it, shrinks it, writes a repro and exits with 1', async () => {
    const args = ['--runs', '20', '--workers', '1', '--shrink-budget', '60', '--json'];
    const hunting = ['hunt', 'raft', ...args, '--out', folder];
    const found = await run('R26', 'bin/dissent.js', hunting);
    assert.equal(found.exitCode, 1, found.stderr);
    const { valid, failures } = JSON.parse(found.stdout);
    assert.equal(valid, false);
    assert.equal(failures.length, 1);

    const [name] = readdirSync(folder).filter((file) => file.endsWith('.repro.json'));
    assert.ok(name !== undefined, 'a repro is written');
    const path = join(folder, name);
    const repro = reproSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    assert.equal(repro.failure.name, failures[0].invariant);
    const { origin, operations, spec } = repro;
    assert.ok(operations < origin.operations && spec.schedule.length <= origin.faults);

    const replayed = await run('R26', 'bin/dissent.js', ['replay', path], folder);
    assert.equal(replayed.exitCode, 1, replayed.stderr);
    const said = replayed.stdout + replayed.stderr;
    assert.match(said, /Same outcome, same events/);
    assert.ok(said.includes(repro.traceHash ?? 'a trace hash'));
    // Without the bug it is another outcome, so it was the bug that was found.
    const sound = await run('', 'bin/dissent.js', ['replay', path], folder);
    assert.match(sound.stdout + sound.stderr, /Another outcome: .* now nothing fails/);
  });

  for (const [system, mutant] of Object.entries(forgetful)) {
    it(`crashes at every few moments show what ${mutant} forgets, and nothing else does`, async () => {
      const { stdout, stderr } = await run(mutant, 'test/sim/crash-points-main.ts', [system, '5']);
      const { quiet, findings } = JSON.parse(stdout || JSON.stringify({ stderr }));
      assert.deepEqual(quiet, { kind: 'passed' });
      assert.ok(findings.length > 0);
    });
  }

  it('the same seed is the same run in another process', async () => {
    const subject = { systemOptions: undefined, workload: undefined, nemesis: undefined };
    for (const [system, seed] of [
      ['raft', 3],
      ['paxos', 4],
      ['single-decree', 5],
    ] as const) {
      const { traceHash } = await judge(drawTest({ system, ...subject }, seed), { hash: true });
      const { stdout } = await run('', 'test/sim/trace-hash-main.ts', [system, String(seed)]);
      assert.equal(stdout.trim(), traceHash, `${system} ${seed}`);
    }
  });
});
