import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Results } from '#reports/results';
import { reproOfRun } from '#src/campaign/repro';
import { reproSchema } from '#src/hunt/repro';
import { buildSpec } from '#src/run/build-spec';
import { readRecorded } from '#src/run/recorded';
import { runTest } from '#src/run/run-test';

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
});
