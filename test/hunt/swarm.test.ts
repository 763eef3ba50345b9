import assert from 'node:assert/strict';
import { z } from 'zod';
import { addFault, drawnKinds, faults, removeFault } from '#nemesis/index';
import { plots, plotsForGood } from '#src/hunt/plots';
import { shapes } from '#src/hunt/shapes';
import { drawTest } from '#src/hunt/swarm';
import { stream } from '#src/random/random';
import { addWorkload, removeWorkload, workloads } from '#workloads/index';

const subject = (system: string) => ({
  system,
  systemOptions: undefined,
  workload: undefined,
  nemesis: undefined,
});

describe('a swarm of tests', () => {
  it('draws the same test for the same seed, and others for others', () => {
    assert.deepEqual(drawTest(subject('raft'), 7), drawTest(subject('raft'), 7));
    const many = Array.from({ length: 50 }, (_, seed) =>
      JSON.stringify({ ...drawTest(subject('raft'), seed), seed: 0 }),
    );
    assert.equal(new Set(many).size, 50);
  });

  it('draws tests that can be run, for every system', () => {
    for (const system of ['raft', 'paxos', 'single-decree']) {
      for (let seed = 0; seed < 100; seed += 1) {
        const spec = drawTest(subject(system), seed);
        const endMs = spec.time * 1000;
        assert.equal(spec.world, 'sim');
        for (const { at, for: lasts } of spec.schedule) assert.ok(at + lasts <= endMs + 1);
        if (system === 'single-decree') {
          assert.ok(spec.schedule.every(({ target }) => !/leader|follower/.test(target)));
        }
      }
    }
  });

  it('leaves nothing out over many seeds: kinds of fault, sizes, networks, calm ends, no faults at all', () => {
    const specs = Array.from({ length: 400 }, (_, seed) => drawTest(subject('raft'), seed));
    const kinds = new Set(specs.flatMap(({ schedule }) => schedule.map(({ fault }) => fault.kind)));
    assert.deepEqual([...kinds].sort(), drawnKinds.toSorted());
    assert.deepEqual([...new Set(specs.map(({ nodes }) => nodes))].sort(), [1, 2, 3, 4, 5, 7]);
    assert.equal(new Set(specs.map(({ sim }) => sim?.network.transport)).size, 2);
    assert.ok(specs.some(({ schedule }) => schedule.length === 0));
    assert.ok(
      specs.some(({ schedule, time }) =>
        schedule.every(({ at, for: lasts }) => at + lasts < 0.6 * time * 1000),
      ),
    );
  });

  it('draws leases for Raft only where clocks differ by no more than was said', () => {
    const drawn = Array.from({ length: 600 }, (_, seed) => drawTest(subject('raft'), seed));
    const leased = drawn.filter(({ systemOptions }) => systemOptions['reads'] === 'lease');
    assert.ok(leased.length > 50);
    const clocks = leased.flatMap(({ schedule, systemOptions }) =>
      schedule.flatMap(({ fault }) => (fault.kind === 'clock' ? [{ fault, systemOptions }] : [])),
    );
    assert.ok(clocks.length > 0);
    assert.equal(new Set(clocks.map(({ systemOptions }) => systemOptions)).size, clocks.length);
    for (const { fault, systemOptions } of clocks) {
      assert.equal(fault['mode'], 'drift');
      assert.ok(Number(fault['rate']) <= 1);
      assert.ok(Number(fault['rate']) >= 1 - Number(systemOptions['maxClockDrift']));
    }
    const told = { ...subject('raft'), nemesis: ['clock'] };
    for (let seed = 0; seed < 100; seed += 1) {
      assert.equal(drawTest(told, seed).systemOptions['reads'], 'read-index');
    }
  });

  it('draws clients that ask once, with little time, and small batches only where they go through', () => {
    const specs = Array.from({ length: 300 }, (_, seed) => drawTest(subject('paxos'), seed));
    const once = specs.filter(({ sim }) => sim?.clients?.retryPauseMs === 60_000);
    assert.ok(once.length > 20);
    for (const { opTimeoutMs, sim } of once) {
      assert.ok(opTimeoutMs < Number(sim?.clients?.attemptTimeoutMs));
    }
    const lossy = specs.filter(({ sim }) => (sim?.network.loss ?? 0) > 0.15);
    assert.ok(lossy.length > 5);
    for (const { systemOptions } of lossy) assert.equal(systemOptions['maxBatchEntries'], 256);
  });

  it('draws the same whatever workloads and faults of a user are known', () => {
    const before = Array.from({ length: 40 }, (_, seed) => drawTest(subject('paxos'), seed));
    const register = workloads.get('register');
    const pause = faults.get('pause');
    assert.ok(register && pause);
    const name = 'my-register';
    addWorkload({
      ...register,
      name,
      create: (...given: Parameters<typeof register.create>) => ({
        ...register.create(...given),
        name,
      }),
    });
    const kind = 'my-pause';
    addFault({
      ...pause,
      kind,
      schema: z.strictObject({ kind: z.literal(kind) }),
      plans: () => [{ parameters: { kind }, target: 'leader', weight: 1 }],
    });
    try {
      assert.deepEqual(
        Array.from({ length: 40 }, (_, seed) => drawTest(subject('paxos'), seed)),
        before,
      );
    } finally {
      // Other tests of this process look at all that there are.
      assert.ok(removeWorkload(name) && removeFault(kind));
    }
  });

  it('draws only what it is told to', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const told = { ...subject('paxos'), workload: 'register', nemesis: ['kill', 'pause'] };
      const spec = drawTest(told, seed);
      assert.equal(spec.workload, 'register');
      assert.ok(spec.schedule.every(({ fault }) => ['kill', 'pause'].includes(fault.kind)));
      assert.ok(spec.schedule.length > 0);
    }
    assert.throws(() => drawTest(subject('raftt'), 1), /unknown system "raftt"; there are: raft/);
  });
});

describe('shapes of fault schedules', () => {
  for (const [name, shape] of Object.entries({ ...shapes, ...plots })) {
    it(`${name} keeps to its window`, () => {
      const options = {
        fromMs: 200,
        untilMs: 3000,
        endMs: 4000,
        electionTimeoutMs: 100,
        nodes: ['n1', 'n2', 'n3'],
      };
      for (let seed = 0; seed < 100; seed += 1) {
        const slots = shape(stream(seed, name), options);
        assert.ok(slots.length > 0);
        for (const { at, for: lasts } of slots) {
          const last = plotsForGood.has(name) ? 4001 : 3001;
          assert.ok(at >= 200 && lasts >= 1 && at + lasts <= last, `${at} for ${lasts}`);
        }
      }
    });
  }
});
