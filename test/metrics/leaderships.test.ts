import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaderFigures, roleEventsOf } from '#src/metrics/leaderships';
import { readRoleEvents } from '#src/metrics/trace-file';

const ms = 1_000_000;
const line = (at: number, incarnation: number, ev: string, term?: number): string =>
  JSON.stringify({ timeNs: at * ms, node: 'n1', incarnation, ev, term });

const figures = (node: string, lines: readonly string[], endMs: number) =>
  leaderFigures(roleEventsOf(node, lines), [], endMs * ms);

describe('metrics: leaderships', () => {
  it('end at a step down, at the next start, or at the end of the run', () => {
    const found = figures(
      'n1',
      [
        line(1, 1, 'becomeFollower', 0),
        line(10, 1, 'becomePreCandidate', 0),
        line(11, 1, 'becomeCandidate', 1),
        line(12, 1, 'becomeLeader', 1),
        line(20, 1, 'stepDown', 1),
        line(20, 1, 'becomeFollower', 2),
        line(30, 1, 'becomeCandidate', 3),
        line(31, 1, 'becomeLeader', 3),
        line(35, 1, 'append', 3),
        line(50, 2, 'apply', 3),
        line(60, 2, 'becomeLeader', 4),
      ],
      100,
    );
    assert.deepEqual(
      found.leaderships.map((l) => [l.term, l.startMs, l.endMs]),
      [
        [1, 12, 20],
        [3, 31, 50],
        [4, 60, 100],
      ],
    );
    assert.deepEqual([found.changes, found.elections], [2, 2]);
  });

  it('tolerates torn, foreign and odd lines', () => {
    const found = figures(
      'n1',
      [
        '',
        'not json "becomeLeader"',
        '{"ev":"becomeLeader"}',
        'null',
        '["becomeLeader"]',
        line(5, 1, 'becomeLeader'),
        '{"timeNs":7000000,"incarnation":1,"ev":"stepDo',
      ],
      9,
    );
    assert.deepEqual(found.leaderships, [{ node: 'n1', term: 0, startMs: 5, endMs: 9 }]);
  });

  it('reads the files of a run folder, with nodes that have none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dissent-trace-'));
    try {
      mkdirSync(join(folder, 'nodes', 'n1'), { recursive: true });
      // More lines than one batch holds: the incarnation must not look new in the second batch.
      const many = Array.from({ length: 10_000 }, (_, i) => line(10 + i / 1000, 1, 'append', 1));
      const lines = [line(1, 1, 'becomeLeader', 1), ...many, line(30, 1, 'stepDown', 1)];
      writeFileSync(join(folder, 'nodes', 'n1', 'trace.jsonl'), `${lines.join('\n')}\n{"torn`);
      const events = await readRoleEvents(folder, ['n1', 'n2']);
      assert.deepEqual(
        events.map((e) => e.ev),
        ['started', 'becomeLeader', 'stepDown'],
      );
      const found = leaderFigures(events, [], 100 * ms);
      assert.deepEqual(found.leaderships, [{ node: 'n1', term: 1, startMs: 1, endMs: 30 }]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
