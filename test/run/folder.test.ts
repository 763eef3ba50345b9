import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadInput, HarnessFailure } from '#src/errors';
import { buildSpec } from '#src/run/build-spec';
import { createRunFolder, readResults, runFiles, writeTest, writeWhole } from '#src/run/folder';
import { measureRun, readRecorded } from '#src/run/recorded';

describe('run folder', () => {
  let store = '';
  beforeEach(() => {
    store = mkdtempSync(join(tmpdir(), 'dissent-folder-'));
  });
  afterEach(() => {
    rmSync(store, { recursive: true });
  });

  it('stays inside the store: names that lead out of it, or into the newest run, are refused', () => {
    for (const name of ['..', '.', '.hidden', 'latest', '-x', 'a/b', '']) {
      assert.throws(() => buildSpec({ system: 'raft', name }, 1), BadInput, name);
    }
    assert.equal(buildSpec({ system: 'raft', name: 'latest-1.5_b' }, 1).name, 'latest-1.5_b');
  });

  it('says so when it cannot be made', () => {
    const file = join(store, 'file');
    writeFileSync(file, '');
    assert.throws(() => createRunFolder(file, 'raft', new Date()), {
      name: BadInput.name,
      message: /cannot make a run folder in .*file.*--out/s,
    });
  });

  it('leaves nothing half-written when it cannot be written into', () => {
    mkdirSync(join(store, runFiles.results));
    assert.throws(() => writeWhole(store, runFiles.results, '{}'), {
      name: HarnessFailure.name,
      message: /cannot write .*results\.json/,
    });
    assert.ok(!existsSync(join(store, `.${runFiles.results}.new`)));
  });

  it('takes nothing else for results', () => {
    writeFileSync(join(store, runFiles.results), '{"valid":true}');
    assert.throws(() => readResults(store), { name: BadInput.name, message: /faults.*analyze/s });
    assert.equal(readResults(join(store, 'nothing')), undefined);
  });

  const sample = {
    timeNs: 1,
    status: {
      node: 'n1',
      pid: 7,
      counters: { messagesSent: 6, bytesSent: 60, fsyncs: 3, bytesPersisted: 9 },
    },
  };
  const samplesOf = (samples: string) => {
    const circumstances = { startedAt: '2026-01-01T00:00:00Z', originNs: 0 };
    writeTest(store, { spec: buildSpec({ system: 'raft' }, 1), circumstances });
    const lines = [
      { index: 0, time: 1, type: 'invoke', process: 0, f: 'read', key: 'a', value: null },
      { index: 1, time: 2, type: 'ok', process: 0, f: 'read', key: 'a', value: null },
    ];
    writeFileSync(
      join(store, runFiles.history),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
    writeFileSync(join(store, runFiles.samples), samples);
    return measureRun(readRecorded(store));
  };

  it('is measured without the sample that a kill of the harness tore', async () => {
    const { cost } = await samplesOf(`${JSON.stringify(sample)}\n{"timeNs":2,"sta`);
    assert.equal(cost.messagesPerOp, 6);
  });

  it('names the line of a sample that was damaged', async () => {
    const whole = JSON.stringify(sample);
    await assert.rejects(samplesOf(`${whole}\n\0\0garbage\n`), {
      name: BadInput.name,
      message: /samples\.jsonl:2 is not JSON/,
    });
    await assert.rejects(samplesOf(`${whole}\n{"timeNs":1}\n`), {
      name: BadInput.name,
      message: /samples\.jsonl:2.*status/s,
    });
  });
});

describe('a schedule of a test', () => {
  const at = (ms: number) => [{ at: ms, for: 10, fault: { kind: 'kill' }, target: 'one' }];

  it('is refused when it goes on after the workload', () => {
    assert.throws(() => buildSpec({ system: 'raft', time: 2, schedule: at(2000) }, 1), {
      name: BadInput.name,
      message: /\[0\]\.at 2000.*below 2000.*--time/s,
    });
    assert.equal(buildSpec({ system: 'raft', time: 2, schedule: at(1999) }, 1).schedule.length, 1);
  });
});
