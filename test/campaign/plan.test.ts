import assert from 'node:assert/strict';
import { faults } from '#nemesis/index';
import { groupsOf } from '#src/campaign/groups';
import { cellSeconds, everything, planHunts, realCell } from '#src/campaign/plan';
import { specOf } from '#src/campaign/real';

describe('campaign: groups of faults', () => {
  it('have every fault of a world that need not be called by name, and the storm has them all', () => {
    for (const world of ['real', 'sim'] as const) {
      const groups = groupsOf(world);
      const had = [...faults.values()].filter(({ worlds = [world] }) => worlds.includes(world));
      const asked = had.filter(({ onlyByName }) => world === 'sim' || !onlyByName);
      const kinds = asked.map(({ kind }) => kind).toSorted();
      const calm = groups.filter(({ intensity }) => intensity !== 'hell');
      assert.deepEqual(calm.flatMap((group) => group.kinds).toSorted(), kinds);
      assert.deepEqual(groups.at(-1)?.kinds.toSorted(), kinds);
      assert.equal(new Set(groups.map(({ name }) => name)).size, groups.length);
    }
  });

  it('have runs that are long enough for every kind, and the same faults in every system', () => {
    for (const group of groupsOf('real')) {
      for (let seed = 1; seed <= 20; seed += 1) {
        const [raft, paxos] = ['raft', 'paxos'].map((system) =>
          specOf({ group, seed }, system, undefined),
        );
        assert.deepEqual(raft?.schedule, paxos?.schedule);
        const kinds = new Set(raft?.schedule.map(({ fault }) => fault.kind));
        assert.deepEqual([...kinds].toSorted(), group.kinds.toSorted());
      }
    }
  });
});

describe('campaign: the plan', () => {
  const groups = groupsOf('real');
  const systems = ['raft', 'paxos'];

  it('gives half of the simulated time to everything and shares the rest, or all of it when there is little', () => {
    const cells = planHunts(systems, groupsOf('sim'), 300);
    assert.ok(Math.abs(cells.reduce((sum, { seconds }) => sum + seconds, 0) - 300) < 1e-6);
    const whole = cells.filter(({ group }) => group === undefined);
    assert.deepEqual(
      whole.map(({ system, seconds }) => [system, seconds]),
      [
        ['raft', 75],
        ['paxos', 75],
      ],
    );
    const short = planHunts(systems, groupsOf('sim'), 20);
    assert.deepEqual(
      short.map(({ group, seconds }) => [group?.name ?? everything, seconds]),
      [
        [everything, 10],
        [everything, 10],
      ],
    );
  });

  it('gives all of the simulated time to the groups that were asked for, and to everything when these are a storm', () => {
    const cells = (name: string, seconds: number) =>
      planHunts(
        systems,
        groupsOf('sim').filter((group) => group.name === name),
        seconds,
        { only: true },
      ).map(({ system, group, seconds: each }) => [system, group?.name ?? everything, each]);
    for (const seconds of [5, 300]) {
      assert.deepEqual(cells('cuts', seconds), [
        ['raft', 'cuts', seconds / 2],
        ['paxos', 'cuts', seconds / 2],
      ]);
    }
    assert.deepEqual(cells('storm', 300), [
      ['raft', everything, 150],
      ['paxos', everything, 150],
    ]);
  });

  it('takes every group before any again, with another seed and the systems the other way round', () => {
    const cell = (at: number) =>
      realCell(systems, groups, { seed: 7, shard: { index: 1, of: 1 } }, at);
    const first = groups.map((_, at) => cell(at));
    assert.deepEqual(
      first.map(({ group }) => group.name),
      groups.map(({ name }) => name),
    );
    assert.ok(first.every(({ seed }) => seed === 7));
    const next = cell(groups.length);
    assert.equal(next.seed, 8);
    assert.equal(next.group.name, groups[0]?.name);
    assert.deepEqual(next.systems, ['paxos', 'raft']);
  });

  it('gives no seed of a group to two shards', () => {
    const seen = new Set<string>();
    for (let index = 1; index <= 4; index += 1) {
      for (let at = 0; at < 5 * groups.length; at += 1) {
        const { group, seed } = realCell(systems, groups, { seed: 1, shard: { index, of: 4 } }, at);
        assert.ok(!seen.has(`${group.name} ${seed}`));
        seen.add(`${group.name} ${seed}`);
      }
    }
    assert.equal(seen.size, 4 * 5 * groups.length);
  });

  it('knows how long a cell takes', () => {
    const group = { name: 'x', kinds: ['kill'], intensity: 'normal', seconds: 10 } as const;
    assert.equal(cellSeconds({ group, systems }, 5), 30);
  });
});
