import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Results } from '#reports/results';
import { digest } from '#src/campaign/digest';
import type { CampaignRun } from '#src/campaign/record';
import { reproFile, reproOfRun, shrunkRun } from '#src/campaign/repro';
import { HarnessFailure } from '#src/errors';
import type { Operation } from '#src/history/operation';
import type { RunReal } from '#src/hunt/real-find';
import { readRepro, reproSchema } from '#src/hunt/repro';
import { buildSpec } from '#src/run/build-spec';
import { runFiles } from '#src/run/folder';
import { readRecorded } from '#src/run/recorded';
import { runTest } from '#src/run/run-test';
import type { TestSpec } from '#src/run/spec';
import { campaign, run } from './support.ts';

describe('campaign: repro of a run', () => {
  const store = mkdtempSync(join(tmpdir(), 'dissent-campaign-'));
  after(() => rmSync(store, { recursive: true, force: true }));

  it('has the test with every operation of the workload written down, and what failed', async () => {
    const request = { system: 'raft', world: 'sim', nodes: 3, clients: 3, rate: 50, time: 3 };
    const spec = buildSpec({ ...request, nemesis: ['kill'] }, 5);
    const { folder, results } = await runTest(spec, { store });
    assert.equal(reproOfRun(folder, results), undefined);

    const found = { valid: false, reason: 'stale', anomalies: [] } as const;
    const stale: Results = { ...results, valid: false, exitCode: 1, checkers: { register: found } };
    const repro = reproOfRun(folder, stale);
    assert.deepEqual(repro?.failure, { by: 'checker', name: 'register', explanation: 'stale' });
    const { history } = readRecorded(folder);
    const asked = history.filter(
      ({ type, process, time }) => type === 'invoke' && process !== 'nemesis' && time < 3e9,
    );
    assert.ok(asked.length > 50);
    assert.deepEqual(
      repro.spec.operations?.map(({ f, value }) => [f, value]),
      asked.map(({ f, value }) => [f, value]),
    );
    assert.deepEqual(repro.spec.schedule, spec.schedule);
    const inRealWorld = { ...repro, spec: { ...repro.spec, world: 'real', sim: undefined } };
    const read: unknown = JSON.parse(JSON.stringify(inRealWorld));
    assert.equal(reproSchema.parse(read).spec.operations?.length, asked.length);
  });

  describe('shrunk', () => {
    interface Failed {
      /** The campaign's. */
      readonly folder: string;
      readonly one: CampaignRun;
      readonly results: Results;
    }

    /** A campaign with one run in it, of which a register was seen to be stale. */
    async function failedRun(): Promise<Failed> {
      const folder = mkdtempSync(join(store, 'shrinking-'));
      const request = { system: 'raft', world: 'sim', nodes: 3, clients: 3, rate: 20, time: 3 };
      const spec = buildSpec({ ...request, nemesis: ['kill'] }, 5);
      const ran = await runTest(spec, { store: join(folder, 'real') });
      const found = { valid: false, reason: 'stale', anomalies: [] } as const;
      const results: Results = { ...ran.results, exitCode: 1, checkers: { register: found } };
      writeFileSync(join(ran.folder, runFiles.results), JSON.stringify(results));
      const repro = reproOfRun(ran.folder, results);
      assert.ok(repro !== undefined);
      const path = join(ran.folder, reproFile);
      const inRealWorld = { ...repro.spec, world: 'real', sim: undefined };
      writeFileSync(path, JSON.stringify({ ...repro, spec: inRealWorld }));
      const one = run({
        exitCode: 1,
        folder: relative(folder, ran.folder),
        repro: relative(folder, path),
      });
      return { folder, one, results };
    }

    const stale = {
      kind: 'failed',
      by: 'checker',
      name: 'register',
      explanation: 'stale',
    } as const;

    /** Runs that only pretend: each has a folder of its own, and does what it was asked for. */
    const playing = ({ folder, results }: Failed, fails: (test: TestSpec) => boolean) => {
      const made: string[] = [];
      const play: RunReal = (test) => {
        const own = join(folder, 'shrunk', `run-${made.length}`);
        made.push(own);
        mkdirSync(own, { recursive: true });
        const history = (test.operations ?? []).map(
          ({ at, f, value }, index): Operation => ({
            index,
            time: at * 1e6,
            type: 'invoke',
            process: 0,
            f,
            value,
          }),
        );
        const verdict = fails(test) ? stale : ({ kind: 'passed' } as const);
        return Promise.resolve({ verdict, results, history, folder: own });
      };
      return { play, made };
    };

    const options = { budgetMs: 20_000, running: { toxiproxy: 'auto' } };

    it('is what the report names, beside the whole; its own folder stays, and one of the smaller test', async () => {
      const failed = await failedRun();
      const { folder, one } = failed;
      const whole = readRepro(join(folder, one.repro ?? ''));
      const needed = whole.spec.operations?.find(({ f }) => f === 'write')?.value;
      const { play, made } = playing(failed, ({ operations = [] }) =>
        operations.some(({ f, value }) => f === 'write' && value === needed),
      );
      const shrunk = await shrunkRun(one, { ...options, folder }, play);
      assert.deepEqual(shrunk.shrunk, { faults: 0, operations: 1 });
      assert.deepEqual(shrunk.again, { runs: 2, failed: 2 });
      assert.notEqual(shrunk.repro, one.repro);
      const smaller = readRepro(join(folder, shrunk.repro ?? ''));
      assert.deepEqual(
        smaller.spec.operations?.map(({ value }) => value),
        [needed],
      );
      assert.ok(existsSync(join(folder, one.folder ?? '', runFiles.results)));
      assert.ok(existsSync(join(folder, one.repro ?? '')));
      assert.equal(made.filter((path) => existsSync(path)).length, 1);
      assert.match(
        digest(campaign({ runs: [shrunk] }), '').failures[0]?.reasons.at(-1) ?? '',
        /^shrunk to 0 faults and 1 operation; 2 of 2 more runs of it failed in the same way$/,
      );
    });

    it('stays as it was where nothing smaller fails, and says how often it failed again', async () => {
      const failed = await failedRun();
      const { folder, one } = failed;
      const { play } = playing(failed, () => false);
      const same = await shrunkRun(one, { ...options, folder }, play);
      assert.equal(same.repro, one.repro);
      assert.deepEqual(same.again, { runs: 2, failed: 0 });
      assert.deepEqual(readRepro(join(folder, one.repro ?? '')).again, { runs: 2, failed: 0 });
    });

    it('is given up when the harness fails, with what there is', async () => {
      const { folder, one } = await failedRun();
      const play: RunReal = () => Promise.reject(new HarnessFailure('no port is free'));
      assert.deepEqual(await shrunkRun(one, { ...options, folder }, play), one);
    });
  });
});
