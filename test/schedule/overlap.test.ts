/** Entries that are in effect at the same time know of each other. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type During, type Fault, faults } from '#nemesis/index';
import { hasQuorum } from '#src/schedule/harm';
import { type FaultEvent, play } from '#src/schedule/player';
import { type Known, validateSchedule } from '#src/schedule/validate';
import { memoryWorld } from './support/memory-world.ts';
import { virtualClock } from './support/virtual-clock.ts';

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];

/** Plays under virtual time; `look` sees the world whenever something was reported. */
async function played(
  entries: readonly object[],
  look: (world: ReturnType<typeof memoryWorld>, event: FaultEvent) => void = () => undefined,
  known: Known = { nodes },
) {
  const clock = virtualClock();
  const world = memoryWorld(nodes, clock);
  const records = await clock.runUntil(
    play({
      schedule: validateSchedule(entries, known),
      world,
      clock,
      seed: 3,
      signal: new AbortController().signal,
      report: (event) => look(world, event),
    }),
  );
  assert.ok(world.isWhole());
  return { records, world };
}

const outcomes = ({ records }: Awaited<ReturnType<typeof played>>) =>
  records.map(({ outcome }) => (outcome.kind === 'skipped' ? outcome.reason : outcome.kind));

describe('overlapping entries', () => {
  it('a pause of a killed node is skipped with who killed it, also when both fire at the same moment', async () => {
    const entries = [
      { at: 100, for: 500, fault: 'kill', target: 'n2' },
      { at: 100, for: 300, fault: 'pause', target: 'n2' },
      { at: 200, for: 300, fault: 'pause', target: 'n2,n3' },
      { at: 900, for: 100, fault: 'pause', target: 'n2' },
    ];
    const result = await played(entries);
    assert.deepEqual(outcomes(result), [
      'installed',
      'n2 is taken down by kill (entry 0)',
      'installed',
      'installed',
    ]);
    assert.deepEqual(result.records[2]?.detail, {
      paused: { n3: undefined },
      passedOver: ['n2 is taken down by kill (entry 0)'],
    });
    const { resolved, hit } = result.records[2] ?? {};
    assert.deepEqual([resolved, hit], [['n2', 'n3'], ['n3']]);
    assert.equal(result.records[0]?.hit, undefined, 'all of its targets');
  });

  it('quorum-safe never takes more than a minority, whatever fires when', async () => {
    const kind = fc.constantFrom(
      'kill',
      'pause',
      { kind: 'partition' },
      { kind: 'partition', shape: 'each' },
      { kind: 'partition', shape: 'halves' },
      { kind: 'partition', shape: 'bridge' },
      { kind: 'kill', pattern: 'loop' },
    );
    const entry = fc.record({
      at: fc.integer({ min: 0, max: 300 }),
      for: fc.integer({ min: 1, max: 300 }),
      fault: kind,
    });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 8 }), async (entries) => {
        const safe = entries.map((one) => ({ ...one, target: 'quorum-safe' }));
        await played(safe, (world, event) => {
          if (event.value.outcome?.kind === 'installed') taken += 1;
          const idle = nodes.filter((node) => world.state(node) !== 'up');
          const cut = world.cutLinks().map((link) => {
            const [from = '', to = ''] = link.split('->');
            return { kind: 'cut', from, to } as const;
          });
          const down = idle.map((node) => ({ kind: 'down', node }) as const);
          assert.ok(
            hasQuorum(nodes, [...down, ...cut]),
            `${idle.join()} ${world.cutLinks().join()}`,
          );
        });
      }),
      { numRuns: 60 },
    );
    assert.ok(taken > 60, 'hardly anything was ever taken');
  });

  it('quorum-losing takes just what is still missing, and is skipped when there is no quorum left', async () => {
    const result = await played([
      { at: 0, for: 900, fault: 'kill', target: 'n1,n2' },
      { at: 100, for: 100, fault: 'pause', target: 'quorum-losing' },
      { at: 150, for: 100, fault: 'pause', target: 'quorum-losing' },
      { at: 300, for: 100, fault: 'partition', target: 'quorum-losing' },
    ]);
    assert.equal(result.records[1]?.resolved.length, 1);
    assert.deepEqual(outcomes(result), [
      'installed',
      'installed',
      'there is no quorum left to lose',
      'installed',
    ]);
    const [alone] = (await played([{ at: 0, for: 9, fault: 'partition', target: 'quorum-losing' }]))
      .records;
    assert.match(
      alone?.outcome.kind === 'skipped' ? alone.outcome.reason : '',
      /a quorum would be left/,
    );
  });

  it('what a fault goes on doing ends before it is healed, and says how often it did it', async () => {
    const events: FaultEvent[] = [];
    const { world } = await played(
      [
        {
          at: 0,
          for: 1000,
          fault: { kind: 'kill', pattern: 'loop', downMs: 100, upMs: 200 },
          target: 'n2,n3',
        },
      ],
      (_, event) => events.push(event),
    );
    // Killed at 0, 300, 600 and 900 ms.
    assert.deepEqual(events.at(-1)?.value.detail, { kills: 4 });
    assert.equal(world.log.filter((line) => line === 'kill n2').length, 4);
    assert.deepEqual(world.log.slice(-1), ['release']);
  });

  it('rolling kills take one node after the other, and never two at once', async () => {
    const down = new Set<string>();
    const { world } = await played([
      {
        at: 0,
        for: 2000,
        fault: { kind: 'kill', pattern: 'rolling', downMs: 100, upMs: 100 },
        target: 'all',
      },
    ]);
    for (const line of world.log) {
      if (line === 'release') down.clear();
      else down.add(line);
      assert.ok(down.size <= 1, [...down].join());
    }
    assert.deepEqual(world.log.filter((line) => line !== 'release').slice(0, 6), [
      'kill n1',
      'kill n2',
      'kill n3',
      'kill n4',
      'kill n5',
      'kill n1',
    ]);
  });

  it('flapping cuts and heals in turn, resets come again, slow-cpu stops and goes', async () => {
    const logOf = async (fault: object) =>
      (await played([{ at: 0, for: 1000, fault, target: 'n1' }])).world.log;
    const flapping = await logOf({ kind: 'flapping', downMs: 200, upMs: 300 });
    assert.deepEqual(flapping, ['cut 8', 'heal', 'cut 8', 'heal', 'heal']);
    const resets = await logOf({ kind: 'reset', everyMs: 300 });
    assert.deepEqual(resets, ['reset 8', 'reset 8', 'reset 8', 'reset 8', 'heal']);
    const slow = await logOf({ kind: 'slow-cpu', share: 0.5, periodMs: 400 });
    assert.deepEqual(slow, ['pause n1', 'release', 'pause n1', 'release', 'pause n1', 'release']);
  });

  const slips: readonly During[] = [
    () => Promise.reject(new Error('slipped')),
    () => {
      throw new Error('slipped');
    },
  ];
  for (const during of slips)
    it('what cannot be kept up is told with the healing, and healed all the same', async () => {
      const broken: Fault = {
        ...(faults.get('pause') as Fault),
        kind: 'broken',
        schema: (faults.get('pause') as Fault).schema.transform(() => ({})),
        inject: async (_, { owner, world }) => {
          await world.processes.pause(owner, 'n1');
          return { kind: 'installed', detail: 0, during };
        },
      };
      const own = { nodes, faults: new Map([['pause', broken]]) };
      const [record] = (
        await played([{ at: 0, for: 100, fault: 'pause', target: 'n1' }], undefined, own)
      ).records;
      assert.equal(record?.outcome.kind, 'installed');
      assert.equal(record?.healError, 'it was not kept up: slipped');
    });
});
