import assert from 'node:assert/strict';
import { cellPattern, coverageOf, rolesOf } from '#src/metrics/coverage';
import type { FaultFigures } from '#src/metrics/types';

const fault = (
  kind: string,
  resolved: readonly string[],
  leader: string | undefined,
  outcome: FaultFigures['outcome'] = { kind: 'installed' },
): FaultFigures => ({
  kind,
  target: 'one',
  resolved,
  ...(leader === undefined ? {} : { leader }),
  startMs: 0,
  endMs: 1,
  outcome,
  timeToFirstOkMs: 0,
  recoveryMs: 0,
  unavailableMs: 0,
});

describe('coverage', () => {
  it('says who was hit and how many', () => {
    const of = (resolved: readonly string[], leader?: string) =>
      rolesOf(fault('kill', resolved, leader), 5);
    assert.deepEqual(of(['n1'], 'n1'), ['leader', 'minority']);
    assert.deepEqual(of(['n1', 'n2'], 'n3'), ['follower', 'minority']);
    assert.deepEqual(of(['n1', 'n2', 'n3'], 'n3'), ['leader', 'follower', 'majority']);
    assert.deepEqual(of(['n1', 'n2', 'n3', 'n4', 'n5'], 'n3'), ['leader', 'follower', 'all']);
    assert.deepEqual(of(['n2']), ['leaderless', 'minority']);
    // Half of the nodes are neither.
    assert.deepEqual(rolesOf(fault('kill', ['n1'], 'n1'), 2), ['leader']);
  });

  it('counts what took effect, and keeps what did not apart', () => {
    const faults = [
      fault('kill', ['n1'], 'n1'),
      fault('kill', ['n2'], 'n1'),
      fault('kill', ['n1'], 'n1', { kind: 'skipped', reason: 'no' }),
      fault('pause', ['n1'], 'n1', { kind: 'failed', error: 'no' }),
    ];
    assert.deepEqual(coverageOf(faults, 3, ['kill:leader', 'kill', 'pause', 'reset:all']), {
      kinds: [
        {
          kind: 'kill',
          installed: 2,
          skipped: 1,
          failed: 0,
          hit: { leader: 1, minority: 2, follower: 1 },
        },
        { kind: 'pause', installed: 0, skipped: 0, failed: 1, hit: {} },
      ],
      required: [
        { cell: 'kill:leader', count: 1 },
        { cell: 'kill', count: 2 },
        { cell: 'pause', count: 0 },
        { cell: 'reset:all', count: 0 },
      ],
    });
  });

  it('cells are kinds, or kinds and roles', () => {
    for (const cell of ['kill', 'slow-cpu:leader', 'pause:all']) assert.match(cell, cellPattern);
    for (const cell of ['kill:king', ':leader', 'Kill', 'kill:']) {
      assert.doesNotMatch(cell, cellPattern);
    }
  });
});
