import assert from 'node:assert/strict';
import fc from 'fast-check';
import { drawnKinds, expandKinds, type Fault, faults, faultsOf } from '#nemesis/index';
import { BadInput } from '#src/errors';
import { stream } from '#src/random/random';
import type { ActiveFault } from '#src/schedule/harm';
import { targetSchema } from '#src/schedule/schedule';
import { resolveTarget } from '#src/schedule/targets';
import { memoryWorld } from '#test/schedule/support/memory-world';

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];

const firing = (
  fault: Fault,
  targets: readonly string[],
  owner = 'a',
  world = memoryWorld(nodes),
  others: readonly ActiveFault[] = [],
) => ({
  fault,
  world,
  owner,
  targets,
  random: stream(1, 'fault'),
  others,
});

const one = (kind: string): Fault => {
  const fault = faultsOf([kind])[0];
  assert.ok(fault !== undefined);
  return fault;
};

/** Those that can be had somewhere. */
const available = [...faults.values()].filter(({ worlds }) => worlds?.length !== 0);

describe('faults', () => {
  it('are found by kind, each once, and an unknown kind is an error that names the known ones', () => {
    assert.deepEqual(
      faultsOf(['kill', 'pause', 'kill']).map(({ kind }) => kind),
      ['kill', 'pause'],
    );
    assert.throws(
      () => faultsOf(['kill', 'earthquake']),
      new BadInput(`unknown fault "earthquake"; allowed: ${[...faults.keys()].join(', ')}`),
    );
  });

  it('have plans that their own schemas accept, as many for every seed, in any cluster', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(...faults.values()),
        (seed, count, fault) => {
          const members = Array.from({ length: count }, (_, i) => `n${i + 1}`);
          const plans = fault.plans(members, stream(seed, 'plans'));
          assert.ok(plans.length > 0);
          assert.deepEqual(
            fault.plans(members, stream(seed + 1, 'plans')).map(({ target }) => target),
            plans.map(({ target }) => target),
          );
          for (const { parameters, target, weight, copies = 1 } of plans) {
            assert.ok(weight >= 1 && copies >= 1);
            assert.deepEqual(fault.schema.parse(parameters), parameters);
            assert.equal(targetSchema.parse(target), target);
            const about = { nodes: members, leaders: ['n1'] };
            const found = resolveTarget(target, about, stream(seed, 'target'));
            if (count > 2) assert.equal(found.kind, 'resolved');
          }
        },
      ),
    );
  });

  it('have defaults for everything: a bare kind is enough', () => {
    const partition = { kind: 'partition', shape: 'isolate', direction: 'both', style: 'hold' };
    assert.deepEqual(one('partition').schema.parse({ kind: 'partition' }), partition);
    assert.deepEqual(one('kill').schema.parse({ kind: 'kill' }), { kind: 'kill' });
    for (const fault of faults.values()) {
      assert.equal(fault.schema.safeParse({ kind: fault.kind }).success, true, fault.kind);
      assert.equal(fault.schema.safeParse({ kind: fault.kind, typo: 1 }).success, false);
    }
  });

  it('take effect, and heal: twice is as good as once, and healing what was never injected is harmless', async () => {
    for (const fault of available) {
      const at = firing(fault, ['n2', 'n3']);
      const parameters = fault.schema.parse({ kind: fault.kind });
      await fault.heal(parameters, at);
      assert.ok(at.world.isWhole());
      const injected = await fault.inject(parameters, at);
      assert.equal(injected.kind, 'installed');
      const hasReset = at.world.log.some((line) => line.startsWith('reset'));
      assert.ok(!at.world.isWhole() || hasReset, `${fault.kind} did nothing`);
      await fault.heal(parameters, at);
      assert.ok(at.world.isWhole());
      await fault.heal(parameters, at);
      assert.ok(at.world.isWhole());
    }
  });

  it('kill takes its targets down and nobody else; pause stops them', async () => {
    const killed = firing(one('kill'), ['n1', 'n4']);
    await killed.fault.inject({ kind: 'kill' }, killed);
    const paused = firing(one('pause'), ['n2', 'n4'], 'b', killed.world);
    await paused.fault.inject({ kind: 'pause' }, paused);
    assert.deepEqual(
      nodes.map((node) => killed.world.state(node)),
      ['down', 'paused', 'up', 'down', 'up'],
    );
  });

  it('partition says which links it cut, and skips where there is nothing to cut', async () => {
    const fault = one('partition');
    const at = firing(fault, ['n2']);
    const parameters = fault.schema.parse({ kind: 'partition', direction: 'in', style: 'refuse' });
    assert.deepEqual(await fault.inject(parameters, at), {
      kind: 'installed',
      detail: { style: 'refuse', cut: ['n1->n2', 'n3->n2', 'n4->n2', 'n5->n2'] },
    });
    const skipped = await fault.inject(parameters, firing(fault, nodes));
    assert.equal(skipped.kind, 'skipped');
  });

  it('go for the leader first', () => {
    for (const fault of available) {
      const plans = fault.plans(nodes, stream(1, 'plans'));
      const sum = (some: typeof plans) =>
        some.reduce((total, { weight, copies = 1 }) => total + weight * copies, 0);
      const share = sum(plans.filter(({ target }) => target === 'leader')) / sum(plans);
      assert.ok(share > 0.4, `${fault.kind}: ${share} of the weight is on the leader`);
    }
  });

  it('that find nobody to act on are skipped with who has taken them, and act on the rest', async () => {
    const others: ActiveFault[] = [
      { index: 3, kind: 'kill', harms: [{ kind: 'down', node: 'n2' }] },
      { index: 4, kind: 'pause', harms: [{ kind: 'paused', node: 'n3' }] },
    ];
    for (const kind of ['pause', 'slow-cpu', 'kill', 'power-loss', 'disk']) {
      const on = (targets: readonly string[]) =>
        firing(one(kind), targets, 'a', memoryWorld(nodes), others);
      const parameters = one(kind).schema.parse({ kind });
      const dead = on(['n2']);
      assert.deepEqual(await dead.fault.inject(parameters, dead), {
        kind: 'skipped',
        reason: 'n2 is taken down by kill (entry 3)',
      });
      assert.deepEqual(dead.world.log, []);
      const some = on(['n1', 'n2']);
      const injected = await some.fault.inject(parameters, some);
      assert.deepEqual(
        injected.kind === 'installed' && injected.hit,
        ['n1'],
        'no more than it took effect on',
      );
      assert.match(some.world.log.join(), / n1\b/);
      assert.doesNotMatch(some.world.log.join(), /n2/);
      const whole = on(['n1']);
      assert.ok(!('hit' in (await whole.fault.inject(parameters, whole))));
    }
    const paused = firing(one('pause'), ['n3'], 'a', memoryWorld(nodes), others);
    assert.deepEqual(await paused.fault.inject({ kind: 'pause' }, paused), {
      kind: 'skipped',
      reason: 'n3 is paused by pause (entry 4)',
    });
    // What is paused can still be killed.
    const killed = firing(one('kill'), ['n3'], 'a', memoryWorld(nodes), others);
    const parameters = killed.fault.schema.parse({ kind: 'kill' });
    assert.equal((await killed.fault.inject(parameters, killed)).kind, 'installed');
  });

  it('damage asks before it kills: never more than a minority, and who cannot be damaged is brought back', async () => {
    const damage = one('damage');
    const parameters = damage.schema.parse({ kind: 'damage' });
    const at = firing(damage, ['n1', 'n2', 'n3']);
    assert.deepEqual(await damage.inject(parameters, at), {
      kind: 'installed',
      detail: {
        damaged: { n1: undefined, n2: undefined },
        passedOver: ['n3 is one of the last that are sound'],
      },
      hit: ['n1', 'n2'],
    });
    assert.deepEqual(at.world.log, ['kill n1', 'damage n1', 'kill n2', 'damage n2']);
    await damage.heal(parameters, at);
    const late = firing(damage, ['n4'], 'b', at.world);
    assert.deepEqual(await damage.inject(parameters, late), {
      kind: 'skipped',
      reason: 'n4 is one of the last that are sound',
    });
    assert.ok(!at.world.log.includes('kill n4'));
    const young = firing(damage, ['n5']);
    young.world.blank = ['n5'];
    assert.deepEqual(await damage.inject(parameters, young), {
      kind: 'skipped',
      reason: 'n5 has nothing to damage',
    });
    assert.ok(young.world.isWhole(), 'it is left dead');
  });

  it('a change of the members is known and skipped with the reason, not drawn and not part of all', async () => {
    const membership = one('membership');
    assert.ok(!drawnKinds.includes('membership'));
    for (const world of ['real', 'sim'] as const) {
      assert.ok(!expandKinds(['all'], world).includes('membership'));
    }
    for (const change of ['add', 'remove', 'replace']) {
      const parameters = membership.schema.parse({ kind: 'membership', change });
      const at = firing(membership, ['n2']);
      const injected = await membership.inject(parameters, at);
      assert.ok(injected.kind === 'skipped');
      assert.match(injected.reason, new RegExp(`^cannot ${change} n2: .* fixed`));
      assert.ok(at.world.isWhole());
    }
  });

  it('a graph needs its pairs, and no other shape takes them', () => {
    const fault = one('partition');
    const { schema } = fault;
    const cuts = [['n1', 'n2']];
    assert.equal(schema.safeParse({ kind: 'partition', shape: 'graph' }).success, false);
    assert.equal(schema.safeParse({ kind: 'partition', cuts }).success, false);
    const graph = schema.parse({ kind: 'partition', shape: 'graph', cuts });
    assert.deepEqual(fault.names?.(graph), ['n1', 'n2']);
  });
});
