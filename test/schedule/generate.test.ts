import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BadInput } from '#src/errors';
import { generateSchedule } from '#src/schedule/generate';
import { lead, paces, tailMs } from '#src/schedule/slots';
import { entriesOf, validateSchedule } from '#src/schedule/validate';

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
const generated = (seed: number, durationMs: number, kinds = ['partition', 'kill', 'pause']) =>
  generateSchedule({ kinds, nodes, durationMs, seed });

const pace = { ...paces.normal, ...lead, tail: tailMs };

const anyKinds = fc.subarray(['partition', 'kill', 'pause'], { minLength: 1 });

describe('generated schedules', () => {
  it('are the same for the same seed, and others for another', () => {
    assert.deepEqual(generated(7, 30_000), generated(7, 30_000));
    assert.notDeepEqual(generated(7, 30_000), generated(8, 30_000));
  });

  it('hold every kind, never overlap, keep their pace, and are over before the end', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 10_000, max: 300_000 }),
        anyKinds,
        (seed, durationMs, kinds) => {
          const schedule = generated(seed, durationMs, kinds);
          assert.deepEqual(new Set(schedule.map(({ fault }) => fault.kind)), new Set(kinds));
          assert.ok((schedule[0]?.at ?? 0) >= pace.firstMin);
          assert.ok((schedule[0]?.at ?? 0) <= pace.firstMax);
          for (const [index, entry] of schedule.entries()) {
            assert.ok(Number.isInteger(entry.at) && Number.isInteger(entry.for));
            assert.ok(entry.for >= pace.faultMin - 1 && entry.for <= pace.faultMax);
            const nextAt = schedule[index + 1]?.at;
            const end = entry.at + entry.for;
            if (nextAt === undefined) assert.ok(end <= durationMs - pace.tail + 1);
            else assert.ok(nextAt - end >= pace.gapMin - 1 && nextAt - end <= pace.gapMax + 1);
          }
        },
      ),
    );
  });

  it('of 30 s hold at least 7 faults, each of three kinds at least twice, whatever the seed', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const schedule = generated(seed, 30_000);
      assert.ok(schedule.length >= 7);
      for (const kind of ['partition', 'kill', 'pause']) {
        assert.ok(schedule.filter(({ fault }) => fault.kind === kind).length >= 2);
      }
    }
  });

  it('hit the leader often', () => {
    const targets = Array.from({ length: 50 }, (_, seed) => generated(seed, 60_000)).flatMap(
      (schedule) => schedule.map(({ target }) => target),
    );
    const share = targets.filter((target) => target === 'leader').length / targets.length;
    assert.ok(share > 0.4 && share < 0.8, `${share}`);
  });

  it('are valid, and survive being written down and read again', () => {
    fc.assert(
      fc.property(fc.integer(), anyKinds, (seed, kinds) => {
        const schedule = generated(seed, 40_000, kinds);
        const again = validateSchedule(JSON.parse(JSON.stringify(schedule)), { nodes });
        assert.deepEqual(entriesOf(again), schedule);
      }),
    );
  });

  it('of a short run are shortened in proportion, and refused when nothing would be left', () => {
    const short = generated(1, 5_000);
    assert.equal(short.length, 3);
    assert.ok(short.every((entry) => entry.for >= 0.3 * pace.faultMin && entry.at > 0));
    assert.ok(short.every((entry) => entry.at + entry.for < 5_000));
    assert.throws(() => generated(1, 1_000), {
      name: 'BadInput',
      message: /1 s is too short for one fault of every kind .*at least 2\.\d s/,
    });
    assert.throws(() => generated(1, 1_000), BadInput);
  });

  it('of no faults are empty', () => {
    assert.deepEqual(generated(1, 100, []), []);
  });
});
