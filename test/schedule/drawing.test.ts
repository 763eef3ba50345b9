import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import fc from 'fast-check';
import { faults } from '#nemesis/index';
import { drawSchedule } from '#src/schedule/drawing';
import { generateSchedule } from '#src/schedule/generate';
import { intensities } from '#src/schedule/slots';
import { loadSchedule, validateSchedule } from '#src/schedule/validate';

describe('a schedule as a drawing', () => {
  it('has a line per entry, with its bar where it belongs', () => {
    const schedule = validateSchedule(
      [
        { at: 2_000, for: 3_000, fault: 'kill', target: 'leader' },
        { at: 6_000, for: 2_000, fault: { kind: 'slow-link', direction: 'in' }, target: 'n1,n3' },
      ],
      {},
    ).map(({ entry }) => entry);
    assert.deepEqual(
      drawSchedule(schedule, 10_000),
      [
        '     0 s     2 s     4 s     6 s     8 s     10 s',
        '     |-------|-------|-------|-------|-------|',
        '  0  ········████████████····················  kill → leader                                   2.0 s, for 3.0 s',
        '  1  ························████████········  slow-link (in, latencyMs 80, jitterMs 40) → n1,n3  6.0 s, for 2.0 s',
      ].map((line, i) =>
        i === 2 ? line.replace(/leader +/, 'leader                                      ') : line,
      ),
    );
    assert.deepEqual(drawSchedule([], 1000), ['no faults']);
  });

  it('keeps its width, whatever is planned', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 20, max: 300 }),
        fc.constantFrom(...intensities),
        (seed, seconds, intensity) => {
          const schedule = generateSchedule({
            kinds: ['kill', 'partition', 'slow-cpu'],
            nodes: ['n1', 'n2', 'n3'],
            durationMs: seconds * 1000,
            seed,
            intensity,
          });
          const lines = drawSchedule(schedule, seconds * 1000);
          assert.equal(lines.length, schedule.length + 2);
          const bars = lines.slice(2).map((line) => /[·█]+/.exec(line)?.[0] ?? '');
          assert.equal(new Set(bars.map(({ length }) => length)).size, 1);
          assert.ok(bars.every((bar) => bar.length <= 60 && /^·*█+·*$/.test(bar)));
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('the schedules that ship as examples', () => {
  it('are valid', () => {
    const files = globSync('examples/schedules/*.json');
    assert.ok(files.length > 0);
    for (const file of files) assert.ok(loadSchedule(file, faults).length > 0, file);
  });
});
