/** The arithmetic of clocks in whole nanoseconds. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  atRate,
  fixedRate,
  isTrue,
  jumpedBy,
  type NsLine,
  rateOf,
  rightRate,
  shownAt,
  trueNsLine,
} from '#src/cluster/process-clock/line';
import {
  decodeState,
  encodeLines,
  encodeState,
  linesOffset,
  nextSequence,
} from '#src/cluster/process-clock/state';

const day = 86_400_000_000_000;
const rates = fc.double({ min: 0.01, max: 100, noNaN: true }).map(fixedRate);
const offsets = fc.bigInt({ min: BigInt(-day), max: BigInt(day) });
/** From 1970 to beyond 2100. */
const times = fc.bigInt({ min: 0n, max: 5_000_000_000_000_000_000n });
const lines = fc
  .tuple(times, times, rates, rates)
  .map(([sinceNs, shownNs, rateBefore, rate]): NsLine => ({ sinceNs, shownNs, rateBefore, rate }));

type Change =
  | { readonly kind: 'wait'; readonly ns: bigint }
  | { readonly kind: 'jump'; readonly ns: bigint }
  | { readonly kind: 'rate'; readonly rate: bigint };

const changes = fc.array(
  fc.oneof(
    fc.bigInt({ min: 0n, max: BigInt(day) }).map((ns): Change => ({ kind: 'wait', ns })),
    offsets.map((ns): Change => ({ kind: 'jump', ns })),
    rates.map((rate): Change => ({ kind: 'rate', rate })),
  ),
  { maxLength: 20 },
);

describe('clocks as lines', () => {
  it('show what a clock would that is carried forward change by change', () => {
    fc.assert(
      fc.property(times, changes, (startNs, all) => {
        let [nowNs, line, shown, rate] = [startNs, trueNsLine, startNs, rightRate];
        for (const change of all) {
          if (change.kind === 'wait') {
            nowNs += change.ns;
            shown += (change.ns * rate) >> 32n;
          } else if (change.kind === 'jump') {
            line = jumpedBy(line, change.ns);
            shown += change.ns;
          } else {
            line = atRate(line, nowNs, change.rate);
            rate = change.rate;
          }
        }
        // Each wait may have been rounded down once.
        const off = shownAt(line, nowNs) - shown;
        assert.ok(off >= -1n && off <= BigInt(all.length), `${off} ns`);
        assert.equal(line.rate, rate);
      }),
    );
  });

  it('never step where the rate changes, seen from either side of it', () => {
    fc.assert(
      fc.property(lines, times, rates, (line, fromNs, rate) => {
        const changed = atRate(line, fromNs, rate);
        const at = fromNs > line.sinceNs ? fromNs : line.sinceNs;
        assert.equal(shownAt(changed, at), shownAt(line, at));
        if (rate === line.rate) return;
        for (const before of [1n, 1_000n, 5_000_000n]) {
          if (at - before < line.sinceNs) continue;
          const off = shownAt(changed, at - before) - shownAt(line, at - before);
          assert.ok(off >= -1n && off <= 1n, `${off} ns at ${before} ns before`);
        }
      }),
    );
  });

  it('never go back as true time goes on', () => {
    fc.assert(
      fc.property(lines, times, fc.bigInt({ min: 0n, max: BigInt(day) }), (line, ns, more) => {
        assert.ok(shownAt(line, ns + more) >= shownAt(line, ns));
      }),
    );
  });

  it('are the true one again when a jump is taken back, and not after another rate', () => {
    fc.assert(
      fc.property(offsets, rates, times, (ns, rate, at) => {
        assert.equal(isTrue(jumpedBy(jumpedBy(trueNsLine, ns), -ns)), true);
        assert.equal(isTrue(jumpedBy(trueNsLine, ns)), ns === 0n);
        assert.equal(isTrue(atRate(trueNsLine, at, rate)), rate === rightRate);
      }),
    );
  });

  it('have the nearest rate that can be had', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), (rate) => {
        const line = { ...trueNsLine, rate: fixedRate(rate) };
        assert.ok(Math.abs(rateOf(line) - rate) <= 2 ** -33);
      }),
    );
    for (const rate of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => fixedRate(rate), { name: 'RangeError' }, String(rate));
    }
  });
});

describe('the state within a process', () => {
  it('is read as it was written, and the lines that are written next are not those in force', () => {
    fc.assert(
      fc.property(lines, lines, lines, fc.nat({ max: 700 }), (wall, monotonic, next, count) => {
        const bytes = encodeState({ wall, monotonic });
        assert.deepEqual(decodeState(bytes), { sequence: 0, lines: { wall, monotonic } });
        let sequence = 0;
        for (let i = 0; i < count; i += 1) {
          const before = decodeState(bytes);
          sequence = nextSequence(sequence);
          const lines = { wall: next, monotonic: { ...next, shownNs: BigInt(i) } };
          encodeLines(lines).copy(bytes, linesOffset(sequence));
          assert.deepEqual(decodeState(bytes), before);
          bytes.writeUInt8(sequence, 0);
          assert.deepEqual(decodeState(bytes), { sequence, lines });
        }
      }),
      { numRuns: 20 },
    );
  });
});
