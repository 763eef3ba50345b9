/** Lease reads and drifting clocks: beyond the bound a stale read is caught, below it there is none. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { judge, type Verdict } from '#src/hunt/judge';
import { buildSpec } from '#src/run/build-spec';
import type { ScheduleEntry } from '#src/schedule/schedule';
import { validateSchedule } from '#src/schedule/validate';

const file = new URL('../../examples/schedules/lease-and-slow-clock.json', import.meta.url);
const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
const example = validateSchedule(JSON.parse(readFileSync(file, 'utf8')), { nodes }).map(
  ({ entry }) => entry,
);
/** Of the example's two rounds the first: this is a quick test. */
const timeSeconds = 5;

/** With the example's clocks this much too fast or slow, at leaders or at their followers. */
const drifting = (rate: number, target: 'leader' | 'followers'): readonly ScheduleEntry[] =>
  example
    .slice(0, 2)
    .map((entry) =>
      entry.fault.kind === 'clock' ? { ...entry, target, fault: { ...entry.fault, rate } } : entry,
    );

async function verdictOf(
  seed: number,
  schedule: readonly ScheduleEntry[],
  systemOptions: Readonly<Record<string, unknown>>,
  by: readonly ('checker' | 'invariant')[] = ['checker', 'invariant'],
): Promise<Verdict> {
  const request = {
    system: 'raft',
    systemOptions,
    schedule,
    world: 'sim',
    time: timeSeconds,
    nodes: 5,
  };
  const spec = buildSpec(request as Parameters<typeof buildSpec>[0], seed);
  return (await judge(spec, { by })).verdict;
}

const lease = { reads: 'lease', maxClockDrift: 0.1 };
const seeds = Array.from({ length: Number(process.env['DISSENT_LEASE_SEEDS'] ?? 2) }, (_, i) => i);

describe('sim: lease reads', function () {
  this.timeout(120_000 + seeds.length * 10_000);

  it('a clock beyond the bound: a stale read, seen by clients and by the leases themselves', async () => {
    for (const seed of seeds) {
      const seen = await verdictOf(seed, drifting(0.3, 'leader'), lease, ['checker']);
      assert.ok(seen.kind === 'failed' && seen.by === 'checker', JSON.stringify({ seed, seen }));
      const traced = await verdictOf(seed, drifting(0.3, 'leader'), lease, ['invariant']);
      assert.match(JSON.stringify(traced), /I18 lease-exclusivity|I17 read-fence/, `${seed}`);
    }
  });

  for (const { rate, target } of [
    { rate: 0.91, target: 'leader' },
    { rate: 1.1, target: 'followers' },
    { rate: 3, target: 'leader' },
  ] as const) {
    it(`clocks within the bound (${target} at ${rate}): none`, async () => {
      for (const seed of seeds) {
        const verdict = await verdictOf(seed, drifting(rate, target), lease);
        assert.deepEqual(verdict, { kind: 'passed' }, `seed ${seed}`);
      }
    });
  }

  it('the same clocks do nothing to reads that ask a majority every time', async () => {
    for (const seed of seeds) {
      const verdict = await verdictOf(seed, drifting(0.3, 'leader'), {});
      assert.deepEqual(verdict, { kind: 'passed' }, `seed ${seed}`);
    }
  });

  it('a bound that allows for more drift makes the same clocks harmless', async () => {
    for (const seed of seeds) {
      const wide = { reads: 'lease', maxClockDrift: 0.75 };
      const verdict = await verdictOf(seed, drifting(0.3, 'leader'), wide);
      assert.deepEqual(verdict, { kind: 'passed' }, `seed ${seed}`);
    }
  });
});
