import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as dissent from 'dissent';
import * as checkers from 'dissent/checkers';
import * as generator from 'dissent/generator';
import * as history from 'dissent/history';
import * as nemesis from 'dissent/nemesis';
import * as workloads from 'dissent/workloads';
import { z } from 'zod';
import * as sim from '#src/sim-api';
import { slowestWriteMs } from '../../examples/library/own-checker.ts';
// The suite is a test itself: importing it runs it here.
import '../../examples/library/simulated-suite.test.ts';

describe('what a program can import', () => {
  it('a test, written with nothing but the names of the package, is run and judged', async () => {
    const spec: dissent.TestSpec = dissent.buildSpec(
      { system: 'raft', world: 'sim', nodes: 3, clients: 3, rate: 50, time: 2 },
      3,
    );
    const run: sim.Simulated = await sim.simulate(spec);
    const text = run.history.map((operation) => JSON.stringify(operation)).join('\n');
    const read = history.parseHistory(`${text}\n`, { file: 'h.jsonl', format: 'jsonl' });
    assert.deepEqual(read.history, run.history);
    const register = workloads.workloads.get('register');
    assert.ok(register);
    const checker: checkers.Checker = checkers.linearizable({ model: 'cas-register' });
    const verdict = await checker.check({ history: read.history, timeLimitMs: 10_000 });
    assert.equal(verdict.valid, true);
    assert.ok(nemesis.faults.has('partition'));
    assert.equal(typeof generator.stagger, 'function');
  });

  it('every door of the package leads somewhere', () => {
    const { exports } = z
      .object({ exports: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync('package.json', 'utf8')));
    for (const [name, file] of Object.entries(exports)) {
      assert.ok(readFileSync(file, 'utf8').length > 0, name);
    }
  });

  it('the example finds how long the slowest write took', async () => {
    const slowest = await slowestWriteMs(7);
    assert.ok(slowest !== undefined && slowest > 1, String(slowest));
    assert.equal(await slowestWriteMs(7), slowest);
  });
});
