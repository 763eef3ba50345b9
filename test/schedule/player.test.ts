import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HarnessFailure } from '#src/errors';
import { generateSchedule } from '#src/schedule/generate';
import { type FaultEvent, type FaultRecord, healAll, play } from '#src/schedule/player';
import { type PlannedFault, validateSchedule } from '#src/schedule/validate';
import { memoryWorld } from './support/memory-world.ts';
import { virtualClock } from './support/virtual-clock.ts';

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
const ms = 1_000_000;
const planned = (entries: unknown) => validateSchedule(entries, { nodes });

/** A player with its world under virtual time. `at` runs something at a moment. */
function stage(schedule: readonly PlannedFault[], seed = 1) {
  const clock = virtualClock();
  const world = memoryWorld(nodes, clock);
  const events: FaultEvent[] = [];
  const end = new AbortController();
  const never = new AbortController().signal;
  return {
    world,
    events,
    end,
    lines: () => events.map(({ type, f, timeNs }) => `${Math.round(timeNs / ms)} ${type} ${f}`),
    at: (timeMs: number, action: () => void) => {
      void clock.sleepUntil(timeMs * ms, never).then(action);
    },
    run: (report: (event: FaultEvent) => void = () => undefined): Promise<readonly FaultRecord[]> =>
      clock.runUntil(
        play({
          schedule,
          world,
          clock,
          seed,
          signal: end.signal,
          report: (event) => {
            events.push(event);
            report(event);
          },
        }),
      ),
  };
}

describe('player', () => {
  it('injects on time, keeps the fault for its time, and heals', async () => {
    const on = stage(planned([{ at: 1000, for: 500, fault: 'kill', target: 'leader' }]));
    const seen: string[] = [];
    for (const time of [999, 1001, 1499, 1501]) {
      on.at(time, () => seen.push(`${time} ${on.world.state('n1')}`));
    }
    on.at(1600, () => seen.push('late enough'));
    const [record] = await on.run();
    assert.deepEqual(seen, ['999 up', '1001 down', '1499 down']);
    assert.deepEqual(on.lines(), [
      '1000 invoke kill',
      '1000 info kill',
      '1500 invoke heal-kill',
      '1500 info heal-kill',
    ]);
    const fault = { kind: 'kill' };
    const fired = {
      resolved: ['n1'],
      leader: 'n1',
      detail: { killed: { n1: undefined } },
      outcome: { kind: 'installed' },
    };
    assert.deepEqual(record, {
      index: 0,
      entry: { at: 1000, for: 500, fault, target: 'leader' },
      ...fired,
      startNs: 1000 * ms,
      endNs: 1500 * ms,
    });
    const value = { index: 0, target: 'leader', parameters: fault, ...fired };
    assert.deepEqual(on.events[1]?.value, value);
    assert.ok(on.world.isWhole());
  });

  it('waits a short while for a leader, and skips when there is none', async () => {
    const schedule = planned([
      { at: 100, for: 200, fault: 'pause', target: 'leader' },
      { at: 5000, for: 200, fault: 'pause', target: 'leader' },
    ]);
    const on = stage(schedule);
    on.world.leading = [];
    on.at(700, () => {
      on.world.leading = ['n4'];
    });
    on.at(4000, () => {
      on.world.leading = [];
    });
    const [first, second] = await on.run();
    assert.deepEqual(first?.resolved, ['n4']);
    assert.equal(first?.outcome.kind, 'installed');
    assert.ok((first?.startNs ?? 0) >= 700 * ms && (first?.startNs ?? 0) < 800 * ms);
    assert.equal((first?.endNs ?? 0) - (first?.startNs ?? 0), 200 * ms);
    assert.deepEqual(second?.outcome, {
      kind: 'skipped',
      reason: 'no node says that it leads, so nobody is "leader"; waited 3000 ms for a leader',
    });
    assert.equal(second?.startNs, 8000 * ms);
    assert.deepEqual(on.lines().slice(4), ['5000 invoke pause', '8000 info pause']);
  });

  it('overlapping faults on the same node heal independently', async () => {
    const on = stage(
      planned([
        { at: 50, for: 450, fault: 'pause', target: 'n2' },
        { at: 100, for: 250, fault: 'kill', target: 'n2' },
        { at: 100, for: 400, fault: 'partition', target: 'n1' },
        { at: 200, for: 600, fault: { kind: 'partition', direction: 'in' }, target: 'n1' },
      ]),
    );
    const seen: unknown[] = [];
    for (const time of [150, 450, 550]) {
      on.at(time, () => seen.push([on.world.state('n2'), on.world.cutLinks().length]));
    }
    on.at(900, () => undefined);
    await on.run();
    assert.deepEqual(seen, [
      ['down', 8],
      ['paused', 8],
      ['up', 4],
    ]);
    assert.ok(on.world.isWhole());
  });

  it('a fault that cannot be brought about is a failed one, and what it left behind is healed', async () => {
    const on = stage(
      planned([
        { at: 100, for: 100, fault: 'kill', target: 'n3,n4' },
        { at: 400, for: 100, fault: 'kill', target: 'n3' },
      ]),
    );
    on.world.stubborn = ['n4'];
    on.at(100, () => undefined);
    on.at(150, () => {
      on.world.stubborn = [];
    });
    const [first, second] = await on.run();
    assert.deepEqual(first?.outcome, { kind: 'failed', error: 'n4 does not obey' });
    assert.equal(first?.healError, 'n4 does not obey');
    assert.equal(second?.outcome.kind, 'installed');
    assert.equal(on.world.state('n3'), 'down');
    await healAll(planned([{ at: 1, for: 1, fault: 'kill', target: 'all' }]), on.world);
    assert.ok(on.world.isWhole());
  });

  it('what the harness could not undo is tried again, what the system did not do is not', async () => {
    for (const harness of [true, false]) {
      const on = stage(planned([{ at: 100, for: 100, fault: 'kill', target: 'n3' }]));
      on.world.refusal = harness
        ? new HarnessFailure('the proxies are busy')
        : new Error('n3 is not up');
      on.at(150, () => {
        on.world.stubborn = ['n3'];
      });
      on.at(900, () => {
        on.world.stubborn = [];
      });
      const [record] = await on.run();
      assert.equal(record?.healError, harness ? undefined : 'n3 is not up');
      assert.equal((record?.endNs ?? 0) / ms, harness ? 1200 : 200);
      assert.equal(on.world.state('n3'), harness ? 'up' : 'down');
    }
  });

  it('aborting heals what is active at once and skips the rest', async () => {
    const on = stage(
      planned([
        { at: 100, for: 9000, fault: 'partition', target: 'n1' },
        { at: 200, for: 9000, fault: 'pause', target: 'leader' },
        { at: 8000, for: 100, fault: 'kill', target: 'n2' },
      ]),
    );
    on.at(300, () => on.end.abort());
    const records = await on.run();
    assert.ok(on.world.isWhole());
    assert.deepEqual(
      records.map(({ outcome, endNs }) => [outcome.kind, endNs / ms]),
      [
        ['installed', 300],
        ['installed', 300],
        ['skipped', 300],
      ],
    );
  });

  it('heals even when a listener throws, and passes the error on', async () => {
    const on = stage(planned([{ at: 1, for: 1, fault: 'kill', target: 'all' }]));
    const report = (event: FaultEvent) => {
      if (event.type === 'info' && event.f === 'kill') throw new Error('disk full');
    };
    await assert.rejects(on.run(report), /disk full/);
    assert.ok(on.world.isWhole());
  });

  it('healAll undoes everything, says what it could not undo, and can be repeated', async () => {
    const world = memoryWorld(nodes);
    const schedule = planned([
      { at: 1, for: 1, fault: 'kill', target: 'n1' },
      { at: 1, for: 1, fault: 'partition', target: 'n2' },
    ]);
    await healAll(schedule, world);
    await world.processes.kill('fault/0', 'n1');
    await world.links.cut('fault/1', [{ from: 'n1', to: 'n2' }], 'hold');
    world.stubborn = ['n1'];
    await assert.rejects(healAll(schedule, world), /not healed: n1 does not obey/);
    assert.deepEqual(world.cutLinks(), []);
    world.stubborn = [];
    await healAll(schedule, world);
    await healAll(schedule, world);
    assert.ok(world.isWhole());
  });

  it('plays any generated schedule the same way twice, every fault installed and healed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const kinds = ['partition', 'kill', 'pause'];
        const schedule = planned(generateSchedule({ kinds, nodes, durationMs: 30_000, seed }));
        const [one, two] = [stage(schedule, seed), stage(schedule, seed)];
        const records = await one.run();
        assert.deepEqual(await two.run(), records);
        assert.deepEqual(two.events, one.events);
        assert.ok(records.every(({ outcome }) => outcome.kind === 'installed'));
        assert.ok(one.world.isWhole());
      }),
      { numRuns: 20 },
    );
  });
});
