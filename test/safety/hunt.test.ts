/** `hunt`, `merge` and `replay` as a user calls them: what they print, what they write, how they end. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRepro } from '#src/hunt/repro';
import { type HuntResult, huntResultSchema } from '#src/hunt/tally';
import { until } from './support/counting-cluster.ts';
import { dissent, processesWith, temporaryStore } from './support.ts';

/** Whoever thinks it leads answers reads: a bug that shows as soon as a leader is cut off. */
const planted = ['--system-options', '{"reads":"local-leader","checkQuorum":false}'];

describe('the command line of a hunt', function () {
  this.timeout(360_000);
  const store = temporaryStore();
  after(() => store.remove());
  const at = (name: string): string => join(store.path, name);

  const hunted = async (...args: string[]): Promise<{ code: number; result: HuntResult }> => {
    const { exitCode, stdout, stderr } = await dissent(['hunt', 'raft', '--json', ...args]);
    assert.ok(typeof stdout === 'string' && stdout !== '', String(stderr));
    return { code: exitCode ?? -1, result: huntResultSchema.parse(JSON.parse(stdout)) };
  };

  it('finds nothing where there is nothing, says what it reached, and ends with 0', async () => {
    const { code, result } = await hunted('--runs', '12', '--workers', '2', '--out', at('none'));
    assert.equal(code, 0);
    assert.equal(result.valid, true);
    assert.equal(result.runs, 12);
    assert.deepEqual(result.failures, []);
    assert.ok((result.coverage['leader-elected'] ?? 0) > 0);
    assert.ok(result.virtualSeconds > 12);
    assert.ok(!existsSync(at('none')));
  });

  it('finds what is there, shrinks it, ends with 1, and replays it event by event', async () => {
    const args = ['--runs', '400', '--shrink-budget', '5', '--workers', '1', '--out', at('some')];
    const { code, result } = await hunted(...args, '--workload', 'register', ...planted);
    assert.equal(code, 1);
    const [failure] = result.failures;
    assert.ok(failure);
    const repro = readRepro(failure.repro);
    assert.ok(repro.spec.schedule.length <= repro.origin.faults);
    assert.equal(repro.spec.schedule.length, failure.faults);
    const again = await dissent(['replay', failure.repro, '--json', '--out', at('replayed')]);
    assert.equal(again.exitCode, 1, String(again.stderr));
    assert.match(
      String(again.stderr),
      new RegExp(`Same outcome, same events \\(trace hash ${repro.traceHash}\\)`),
    );
    const other = { ...repro, traceHash: '0' };
    writeFileSync(at('other.json'), JSON.stringify(other));
    const told = await dissent(['replay', at('other.json'), '--out', at('replayed')]);
    assert.match(String(told.stdout), /Same outcome, other events/);
  });

  it('shards try the seeds of the whole hunt, and are merged again', async () => {
    const shards: HuntResult[] = [];
    for (const shard of ['1/2', '2/2']) {
      const { result } = await hunted('--runs', '6', '--shard', shard, '--out', at('shards'));
      shards.push(result);
      writeFileSync(at(`shard-${shard[0]}.json`), JSON.stringify(result));
    }
    const whole = await hunted('--runs', '6', '--out', at('shards'));
    const files = [at('shard-1.json'), at('shard-2.json')];
    const merged = await dissent(['merge', ...files, '--json', '--out', at('merged.json')]);
    assert.equal(merged.exitCode, 0, String(merged.stderr));
    const result = huntResultSchema.parse(JSON.parse(String(merged.stdout)));
    assert.equal(result.runs, 6);
    assert.deepEqual(result.coverage, whole.result.coverage);
    assert.ok(Math.abs(result.virtualSeconds - whole.result.virtualSeconds) < 1e-6);
    const half = await dissent(['merge', at('shard-1.json')]);
    assert.equal(half.exitCode, 2);
    assert.match(String(half.stdout), /1 of 2 shards are missing/);
    const twice = await dissent(['merge', at('shard-1.json'), at('shard-1.json')]);
    assert.equal(twice.exitCode, 254);
  });

  const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['a shard beyond the last', ['hunt', 'raft', '--shard', '3/2'], /3\/2.*1\/n/s],
    ['no runs', ['hunt', 'raft', '--runs', '0'], /--runs 0.*whole numbers from 1/],
    ['no time', ['hunt', 'raft', '--time-budget', '0'], /--time-budget 0/],
    ['half a seed', ['hunt', 'raft', '--seed', '1.5'], /--seed 1\.5/],
    ['an unknown system', ['hunt', 'zab', '--runs', '1'], /zab.*raft/s],
    ['an unknown workload', ['hunt', 'raft', '--runs', '1', '--workload', 'nope'], /nope/],
    ['an unknown fault', ['hunt', 'raft', '--runs', '1', '--nemesis', 'meteor'], /meteor/],
    ['an unknown world', ['hunt', 'raft', '--world', 'mars'], /mars.*sim, real/],
    [
      'several real clusters at once',
      ['hunt', 'raft', '--world', 'real', '--workers', '2'],
      /--workers 2 is for --world sim/,
    ],
    [
      'more runs of what is the same every time',
      ['hunt', 'raft', '--runs-per-candidate', '3'],
      /--runs-per-candidate 3 is for --world real/,
    ],
    ['a repro that is not there', ['replay', 'nowhere.repro.json'], /nowhere/],
    ['attempts at a run folder', ['replay', '.', '--attempts', '2'], /--attempts is for repro/],
    ['a file that no hunt wrote', ['merge', 'package.json'], /package\.json/],
    ['nothing to merge', ['merge'], /files/],
  ];
  for (const [what, args, words] of refused) {
    it(`refuses ${what}`, async () => {
      const run = await dissent(args);
      assert.equal(run.exitCode, 254, String(run.stderr));
      assert.match(String(run.stderr), words);
      assert.doesNotMatch(String(run.stderr), /\n {4}at /);
    });
  }
});

describe('a hunt on real processes', function () {
  this.timeout(600_000);
  const store = temporaryStore();
  after(() => store.remove());

  it('finds a planted bug, makes it smaller, and says how often it comes again', async () => {
    const out = join(store.path, 'found');
    const args = ['hunt', 'raft', '--world', 'real', '--runs', '8', '--out', out, '--json'];
    const only = ['--workload', 'register', '--nemesis', 'partition'];
    const little = ['--runs-per-candidate', '1', '--shrink-budget', '8'];
    const hunt = await dissent([...args, ...only, ...little, ...planted]);
    assert.equal(hunt.exitCode, 1, String(hunt.stderr));
    const result = huntResultSchema.parse(JSON.parse(String(hunt.stdout)));
    assert.equal(result.world, 'real');
    assert.ok((result.coverage['fault partition'] ?? 0) > 0);
    const [failure] = result.failures;
    assert.ok(failure);
    const repro = readRepro(failure.repro);
    assert.equal(repro.spec.world, 'real');
    assert.equal(repro.again?.runs, 1);
    // How many final operations a run needs is another matter: they are tried until they succeed.
    assert.ok((repro.spec.operations?.length ?? 0) <= repro.origin.operations);
    assert.ok(repro.spec.schedule.length <= repro.origin.faults);
    assert.ok(repro.origin.tried >= 1);
    // Of all runs only the last one that failed is kept.
    assert.equal(readdirSync(join(out, 'runs', 'hunt-raft')).length, 1);
    const replay = await dissent(['replay', failure.repro, '--out', join(store.path, 'again')]);
    assert.match(String(replay.stdout), /[01] of 1 attempts on real processes failed in the same/);
    assert.deepEqual(processesWith(store.path), []);
  });

  it('is ended by Ctrl-C with what there is, and leaves nothing behind', async () => {
    const out = join(store.path, 'ended');
    const hunt = dissent(['hunt', 'raft', '--world', 'real', '--runs', '50', '--out', out]);
    // Nodes are up and at work.
    await until('nodes', async () => processesWith(out).length >= 4);
    await sleep(1500);
    hunt.kill('SIGINT');
    const { exitCode, stdout, stderr } = await hunt;
    assert.equal(exitCode, 130, String(stderr));
    assert.match(String(stdout), /^\d+ seeds? in .*: no failure/m);
    assert.match(String(stdout), /stopped before its time was up/);
    assert.deepEqual(processesWith(out), []);
  });
});
