/** A mocha suite of one's own around Dissent: run with `npx mocha --no-config examples/own-suite.test.ts`. */

import assert from 'node:assert/strict';
import { buildSpec, runTest } from '../src/index.ts';

describe('raft under kills', function () {
  this.timeout(60_000);

  it('stays linearizable and is never away for longer than three seconds', async () => {
    const spec = buildSpec({ system: 'raft', nemesis: ['kill'], nodes: 3, time: 8 }, 42);
    const { results, folder } = await runTest(spec, { store: 'store' });
    assert.equal(results.valid, true, `see ${folder}/report.html`);
    assert.ok(results.availability.longestOutageMs < 3000);
  });
});
