import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadInput } from '#src/errors';
import { type Repro, readRepro, serializeRepro } from '#src/hunt/repro';
import { buildSpec } from '#src/run/build-spec';

const repro: Repro = {
  kind: 'dissent-repro',
  spec: buildSpec({ system: 'raft', world: 'sim', time: 1 }, 3),
  failure: { by: 'invariant', name: 'I1 election-safety', explanation: 'two leaders' },
  traceHash: 'abc',
  operations: 2,
  origin: { seed: 3, faults: 4, operations: 50, tried: 9 },
};

let folder = '';

function file(value: unknown): string {
  const path = join(folder, 'x.repro.json');
  writeFileSync(path, typeof value === 'string' ? value : serializeRepro(value as Repro));
  return path;
}

describe('a repro file', () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'dissent-repro-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is read as it was written', () => {
    assert.deepEqual(readRepro(file(repro)), repro);
  });

  it('from before an option came to be has its default', () => {
    const { preVote: _, ...older } = repro.spec.systemOptions;
    const read = readRepro(file({ ...repro, spec: { ...repro.spec, systemOptions: older } }));
    assert.equal(read.spec.systemOptions['preVote'], true);
  });

  it("of a workload of the user's own is read before that is loaded", () => {
    const own = { ...repro.spec, workload: 'mine', workloadFile: './mine.ts' };
    assert.deepEqual(readRepro(file({ ...repro, spec: own })).spec, own);
  });

  it('that cannot be used is refused with what is wrong', () => {
    const { traceHash: _, ...unhashed } = repro;
    const having = (part: object) => ({ ...repro, spec: { ...repro.spec, ...part } });
    const bad: readonly (readonly [unknown, RegExp])[] = [
      ['{', /cannot read .*x\.repro\.json/],
      [{ ...repro, kind: 'other' }, /kind/],
      [unhashed, /traceHash/],
      [having({ system: 'raftt' }), /x\.repro\.json: unknown system "raftt"/],
      [having({ systemOptions: { typo: 1 } }), /x\.repro\.json: systemOptions of raft .*typo/s],
      [having({ workload: 'typo' }), /x\.repro\.json: unknown workload "typo"/],
      [
        having({ workloadOptions: { typo: 1 } }),
        /x\.repro\.json: workloadOptions of register .*typo/s,
      ],
      [
        having({ schedule: [{ at: 0, for: 9, fault: { kind: 'kill' }, target: 'n9' }] }),
        /x\.repro\.json: schedule .*n9.*allowed: n1/s,
      ],
    ];
    for (const [value, message] of bad) {
      assert.throws(
        () => readRepro(file(value)),
        (error) => error instanceof BadInput && message.test(error.message),
      );
    }
  });
});
