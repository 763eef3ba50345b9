/**
 * A mocha suite of one's own around the simulated world: a second of it is minutes of a cluster's life, and the same every time.
 *
 *     npx mocha --no-config examples/library/simulated-suite.test.ts
 *
 * In a project of one's own the imports are `from 'dissent'` and `from 'dissent/sim'`.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSpec, runTest } from '../../src/index.ts';
import { judge, simulate } from '../../src/sim-api.ts';

describe('raft, simulated', function () {
  this.timeout(60_000);
  const store = mkdtempSync(join(tmpdir(), 'dissent-example-'));
  after(() => rmSync(store, { recursive: true, force: true }));

  const spec = buildSpec(
    { system: 'raft', world: 'sim', nemesis: ['partition', 'kill'], nodes: 3, time: 10 },
    42,
  );

  it('keeps its promise while leaders are cut off and killed', async () => {
    const { results, folder } = await runTest(spec, { store });
    assert.equal(results.valid, true, `see ${folder}/report.html`);
    assert.ok(results.faults.some(({ outcome }) => outcome.kind === 'installed'));
    assert.ok(results.availability.longestOutageMs < 5000);
  });

  it('does the same again, message by message', async () => {
    const first = await simulate(spec, { hash: true });
    const second = await simulate(spec, { hash: true });
    assert.equal(second.traceHash, first.traceHash);
  });

  it('answers from old leaders are found out when nothing keeps leaders from answering', async () => {
    const unsafe = { reads: 'local-leader', checkQuorum: false };
    const failures: string[] = [];
    for (let seed = 1; seed <= 20 && failures.length === 0; seed += 1) {
      const { verdict } = await judge(
        buildSpec(
          {
            system: 'raft',
            systemOptions: unsafe,
            world: 'sim',
            nemesis: ['partition'],
            nodes: 3,
            time: 10,
          },
          seed,
        ),
      );
      if (verdict.kind === 'failed') failures.push(`${verdict.by} ${verdict.name}`);
    }
    assert.equal(failures.length, 1, 'twenty partitions and no stale read');
  });
});
