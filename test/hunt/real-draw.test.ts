import assert from 'node:assert/strict';
import fc from 'fast-check';
import { drawRealTest, usualKinds } from '#src/hunt/real-draw';

const subject = {
  system: 'raft',
  systemOptions: { checkQuorum: false },
  workload: undefined,
  nemesis: undefined,
};

describe('the real test that a seed stands for', () => {
  it('is always the same, short, with faults of one to three kinds that are over in time', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const spec = drawRealTest(subject, seed);
        assert.deepEqual(drawRealTest(subject, seed), spec);
        assert.equal(spec.world, 'real');
        assert.equal(spec.systemOptions['checkQuorum'], false);
        assert.ok(spec.time >= 6 && spec.time <= 10);
        assert.ok(spec.nemesis.length >= 1 && spec.nemesis.length <= 3);
        const kinds = new Set(spec.schedule.map(({ fault }) => fault.kind));
        assert.deepEqual(kinds, new Set(spec.nemesis));
        assert.ok(spec.nemesis.every((kind) => usualKinds.includes(kind)));
        for (const { at, for: lasts } of spec.schedule) assert.ok(at + lasts <= spec.time * 1000);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps to the kinds that are asked for, and draws different tests', () => {
    const specs = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) =>
      drawRealTest({ ...subject, nemesis: ['kill'] }, seed),
    );
    for (const spec of specs) assert.deepEqual(spec.nemesis, ['kill']);
    assert.ok(new Set(specs.map(({ nodes }) => nodes)).size > 1);
    assert.ok(new Set(specs.map(({ workload }) => workload)).size > 2);
    assert.throws(() => drawRealTest({ ...subject, nemesis: ['meteor'] }, 1), /meteor/);
    assert.throws(() => drawRealTest({ ...subject, system: 'zab' }, 1), /zab/);
  });
});
