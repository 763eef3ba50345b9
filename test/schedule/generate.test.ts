import assert from 'node:assert/strict';
import fc from 'fast-check';
import { faults } from '#nemesis/index';
import { BadInput } from '#src/errors';
import { stream } from '#src/random/random';
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

describe('generated schedules of other intensities', () => {
  const all = [...faults.keys()];
  const storm = (seed: number, seconds: number, kinds: readonly string[]) =>
    generateSchedule({ kinds, nodes, durationMs: seconds * 1000, seed, intensity: 'hell' });
  const ends = ({ at, for: length }: { at: number; for: number }) => at + length;

  it('hell: faults overlap, three at most, with quiet times between storms, and every kind is there', () => {
    let overlaps = 0;
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 30, max: 200 }), (seed, seconds) => {
        const schedule = storm(seed, seconds, all);
        assert.deepEqual(new Set(schedule.map(({ fault }) => fault.kind)), new Set(all));
        for (const entry of schedule) {
          const others = schedule.filter((one) => one.at <= entry.at && ends(one) > entry.at);
          assert.ok(others.length <= 3, `${others.length} at once`);
          overlaps += others.length - 1;
          assert.ok(ends(entry) <= seconds * 1000 - tailMs);
          assert.ok(entry.for >= paces.hell.faultMin - 1);
        }
        // Nothing is in effect for a while, if there is more than one storm.
        const quiet = schedule.flatMap((entry) => {
          const before = Math.max(0, ...schedule.filter(({ at }) => at < entry.at).map(ends));
          return before > 0 && entry.at - before >= 2_400 ? [entry] : [];
        });
        if (seconds > 60) assert.ok(quiet.length > 0, 'no quiet time');
      }),
      { numRuns: 60 },
    );
    assert.ok(overlaps > 100, `${overlaps} overlaps`);
  });

  it('calm leaves longer gaps, and an interval sets the pace of any of them', () => {
    const count = (intensity: 'calm' | 'normal' | 'hell', intervalMs?: number) =>
      generateSchedule({
        kinds: ['kill', 'pause'],
        nodes,
        durationMs: 120_000,
        seed: 4,
        intensity,
        ...(intervalMs === undefined ? {} : { intervalMs }),
      }).length;
    assert.ok(count('calm') < count('normal') && count('normal') < count('hell'));
    for (const intensity of ['calm', 'normal'] as const) {
      assert.ok(Math.abs(count(intensity, 5_000) - 24) <= 3, `${count(intensity, 5_000)}`);
      assert.ok(Math.abs(count(intensity, 20_000) - 6) <= 2);
    }
  });

  it('whom a fault has to hit comes first among its plans, and nothing else changes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom('leader', 'follower', 'minority'), (seed, role) => {
        const options = { kinds: ['kill', 'pause'], nodes, durationMs: 12_000, seed };
        const free = generateSchedule(options);
        assert.deepEqual(generateSchedule({ ...options, require: [] }), free);
        const steered = generateSchedule({ ...options, require: [`pause:${role}`] });
        const targets = steered.flatMap(({ fault, target }) =>
          fault.kind === 'pause' ? [target] : [],
        );
        assert.ok(targets[0] === role || targets[0] === `${role}s`, targets.join(' '));
        const times = (of: typeof free) =>
          of.map(({ at, for: lasts, fault }) => [at, lasts, fault.kind]);
        assert.deepEqual(times(steered), times(free));
      }),
    );
  });

  it('no plan of a fault comes again while others of it are left', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom('partition', 'slow-link', 'kill'), (seed, kind) => {
        const fault = faults.get(kind);
        const plans = fault?.plans(nodes, stream(1, 'plans')) ?? [];
        const cards = plans.reduce((sum, { copies = 1 }) => sum + copies, 0);
        const schedule = generateSchedule({ kinds: [kind], nodes, durationMs: 200_000, seed });
        const key = (fault_: object, target: string) => {
          const { shape, direction, pattern } = { ...fault_ } as Record<string, unknown>;
          return JSON.stringify([shape, direction, pattern, target]);
        };
        const expected = plans
          .flatMap((plan) => Array.from({ length: plan.copies ?? 1 }, () => plan))
          .map(({ parameters, target }) => key(Object(parameters), target));
        const first = schedule.slice(0, cards).map((one) => key(one.fault, one.target));
        assert.equal(first.length, cards);
        assert.deepEqual(first.toSorted(), expected.toSorted());
      }),
      { numRuns: 40 },
    );
  });

  it('in a storm only one lane may take the quorum, and nobody waits for a leader that there cannot be', () => {
    const takes = (target: string) => target === 'majority' || target === 'all';
    for (let seed = 0; seed < 60; seed += 1) {
      const schedule = storm(seed, 60, ['kill', 'pause']);
      for (const entry of schedule.filter(({ target }) => takes(target))) {
        const during = schedule.filter(
          (other) => other !== entry && other.at >= entry.at && other.at < ends(entry),
        );
        for (const other of during) {
          assert.ok(!takes(other.target), `seed ${seed}: ${other.target} during ${entry.target}`);
          assert.ok(!['leader', 'follower'].includes(other.target), `seed ${seed}`);
        }
      }
    }
  });
});
