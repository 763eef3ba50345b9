import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missedIn } from '#src/campaign/real';
import { buildSpec } from '#src/run/build-spec';
import { runTest } from '#src/run/run-test';
import type { Schedule } from '#src/schedule/schedule';

describe('campaign: what a run lacks', () => {
  const store = mkdtempSync(join(tmpdir(), 'dissent-campaign-'));
  after(() => rmSync(store, { recursive: true, force: true }));

  const entry = (kind: string, at: number, length: number) => ({
    at,
    for: length,
    fault: { kind },
    target: 'n1' as const,
  });
  const ran = async (...schedule: Schedule) => {
    const request = { system: 'raft', world: 'sim', nodes: 3, clients: 3, rate: 50, time: 3 };
    const spec = { ...buildSpec(request, 5), schedule: [...schedule] };
    const { folder, results } = await runTest(spec, { store });
    return { exitCode: results.exitCode, missed: missedIn(folder, results) };
  };

  it('are the kinds of fault that never took effect in it, where nothing else keeps it from being valid', async () => {
    const both = await ran(entry('kill', 200, 2000), entry('pause', 900, 500));
    assert.deepEqual(both, { exitCode: 2, missed: ['pause'] });
    const whole = await ran(entry('kill', 200, 500), entry('pause', 1500, 500));
    assert.deepEqual(whole, { exitCode: 0, missed: undefined });
  });
});
