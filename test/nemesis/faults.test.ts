import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Fault, faults, faultsOf } from '#nemesis/index';
import { BadInput } from '#src/errors';
import { stream } from '#src/random/random';
import { targetSchema } from '#src/schedule/schedule';
import { resolveTarget } from '#src/schedule/targets';
import { memoryWorld } from '#test/schedule/support/memory-world';

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];

const firing = (
  fault: Fault,
  targets: readonly string[],
  owner = 'a',
  world = memoryWorld(nodes),
) => ({
  fault,
  world,
  owner,
  targets,
  random: stream(1, 'fault'),
});

const one = (kind: string): Fault => {
  const fault = faultsOf([kind])[0];
  assert.ok(fault !== undefined);
  return fault;
};

describe('faults', () => {
  it('are found by kind, each once, and an unknown kind is an error that names the known ones', () => {
    assert.deepEqual(
      faultsOf(['kill', 'pause', 'kill']).map(({ kind }) => kind),
      ['kill', 'pause'],
    );
    assert.throws(
      () => faultsOf(['kill', 'earthquake']),
      new BadInput('unknown fault "earthquake"; allowed: partition, kill, pause'),
    );
  });

  it('draw parameters and targets that their own schemas accept, in any cluster', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(...faults.values()),
        (seed, count, fault) => {
          const members = Array.from({ length: count }, (_, i) => `n${i + 1}`);
          const { parameters, target } = fault.draw(stream(seed, 'draw'), members);
          assert.deepEqual(fault.schema.parse(parameters), parameters);
          assert.equal(targetSchema.parse(target), target);
          const leaders = ['n1'];
          const found = resolveTarget(target, { nodes: members, leaders }, stream(seed, 'target'));
          if (count > 2) assert.equal(found.kind, 'resolved');
        },
      ),
    );
  });

  it('have defaults for everything: a bare kind is enough', () => {
    assert.deepEqual(
      [...faults.values()].map((fault) => fault.schema.parse({ kind: fault.kind })),
      [
        { kind: 'partition', shape: 'isolate', direction: 'both', style: 'hold' },
        { kind: 'kill' },
        { kind: 'pause' },
      ],
    );
  });

  it('take effect, and heal: twice is as good as once, and healing what was never injected is harmless', async () => {
    for (const fault of faults.values()) {
      const at = firing(fault, ['n2', 'n3']);
      const parameters = fault.schema.parse({ kind: fault.kind });
      await fault.heal(parameters, at);
      assert.ok(at.world.isWhole());
      const injected = await fault.inject(parameters, at);
      assert.equal(injected.kind, 'installed');
      assert.ok(!at.world.isWhole(), `${fault.kind} did nothing`);
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

  it('go for the leader often', () => {
    for (const fault of faults.values()) {
      const targets = Array.from(
        { length: 300 },
        (_, seed) => fault.draw(stream(seed, 'draw'), nodes).target,
      );
      const atLeader = targets.filter((target) => target === 'leader').length;
      assert.ok(atLeader > 120, `${fault.kind}: ${atLeader} of 300 at the leader`);
    }
  });
});
