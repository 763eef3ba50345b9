/** Random histories for the properties of the metrics: short, crowded, with every way an attempt can end. */

import fc from 'fast-check';
import type { Operation } from '#src/history/operation';

interface Step {
  readonly process: number;
  readonly waitNs: number;
  readonly f: string;
  readonly end: 'ok' | 'fail' | 'info';
}

const step: fc.Arbitrary<Step> = fc.record({
  process: fc.nat(3),
  waitNs: fc.nat(80_000_000),
  f: fc.constantFrom('read', 'write'),
  end: fc.constantFrom('ok', 'ok', 'ok', 'fail', 'info'),
});

/** Process p talks to node n(p % 3 + 1). A step of an idle process invokes, of a busy one completes. */
function play(steps: readonly Step[]): Operation[] {
  const open = new Map<number, string>();
  let time = 0;
  return steps.map(({ process, waitNs, f, end }, index) => {
    time += waitNs;
    const node = `n${(process % 3) + 1}`;
    const busy = open.get(process);
    if (busy === undefined) {
      open.set(process, f);
      return { index, time, type: 'invoke', process, f, node };
    }
    open.delete(process);
    return { index, time, type: end, process, f: busy, node };
  });
}

export const anyHistory: fc.Arbitrary<Operation[]> = fc
  .array(step, { maxLength: 80 })
  .map((steps) => play(steps));
