import assert from 'node:assert/strict';
import type { Operation } from '#src/history/operation';
import { attemptsOf } from '#src/metrics/attempts';
import type { FaultWindow } from '#src/metrics/faults';
import { type CommitLook, impactsOf } from '#src/metrics/impact';

const fault = (
  startMs: number,
  endMs: number,
  resolved: readonly string[] = ['n1'],
): FaultWindow => ({
  kind: 'kill',
  target: 'leader',
  resolved,
  startNs: startMs * 1e6,
  endNs: endMs * 1e6,
  outcome: { kind: 'installed' },
});

interface Asked {
  readonly ms: number;
  readonly latencyMs: number;
  readonly type?: 'ok' | 'fail' | 'info';
  readonly error?: string;
  readonly f?: string;
}

/** Each operation has a process of its own. */
function history(asked: readonly Asked[]): Operation[] {
  return asked
    .flatMap(({ ms, latencyMs, type = 'ok', error, f = 'read' }, process) => [
      { process, f, node: 'n1', type: 'invoke' as const, time: ms * 1e6 },
      {
        process,
        f,
        node: 'n1',
        type,
        time: (ms + latencyMs) * 1e6,
        ...(error === undefined ? {} : { error }),
      },
    ])
    .toSorted((a, b) => a.time - b.time)
    .map((line, index) => ({ ...line, index }));
}

/** One every 20 ms. */
const every20 = (fromMs: number, toMs: number, of: Omit<Asked, 'ms'>): Asked[] =>
  Array.from({ length: (toMs - fromMs) / 20 }, (_, i) => ({ ms: fromMs + 20 * i, ...of }));

const impactOf = (
  asked: readonly Asked[],
  faults: readonly FaultWindow[],
  more: { readonly campaignsNs?: readonly number[]; readonly looks?: readonly CommitLook[] } = {},
) =>
  impactsOf({
    attempts: attemptsOf(history(asked)),
    faults,
    workloadEndNs: 6000e6,
    campaignsNs: more.campaignsNs,
    looks: more.looks ?? [],
  });

/** Good until 1000 ms, then errors, healed at 2000 ms, slow until 3000 ms, then as before. */
const outage: readonly Asked[] = [
  ...every20(0, 1000, { latencyMs: 4 }),
  ...every20(1000, 2000, { latencyMs: 10, type: 'info', error: 'timeout' }),
  ...every20(2000, 3000, { latencyMs: 9 }),
  ...every20(3000, 6000, { latencyMs: 5 }),
];

describe('metrics: the impact of a fault', () => {
  it('counts the windows of 100 ms in which nobody was served', () => {
    const [found] = impactOf(outage, [fault(1000, 2000)]);
    assert.equal(found?.lostMs, 1000);
  });

  it('takes the tail to be over when ten in a row are within 1.5 times of before', () => {
    const [found] = impactOf(outage, [fault(1000, 2000)]);
    assert.ok(found !== undefined && typeof found.degradedMs === 'number');
    // The median of ten: five slow ones and five quick ones have a slow median (nearest rank) at most for the first half.
    assert.ok(found.degradedMs > 850 && found.degradedMs <= 1000, String(found.degradedMs));
    const slowForEver = outage.map((one) => (one.ms >= 3000 ? { ...one, latencyMs: 7 } : one));
    assert.equal(impactOf(slowForEver, [fault(1000, 2000)])[0]?.degradedMs, null);
  });

  it('lets the slowest kind of operation decide, and does not judge latency without a time before', () => {
    const writes = outage.map((one) => ({
      ...one,
      ms: one.ms + 1,
      f: 'write',
      latencyMs: one.ms >= 2000 ? 40 : one.latencyMs,
    }));
    assert.equal(impactOf([...outage, ...writes], [fault(1000, 2000)])[0]?.degradedMs, null);
    assert.equal(impactOf(outage, [fault(100, 2000)])[0]?.degradedMs, undefined);
  });

  it('says what share was served before, during and after, for each kind of operation', () => {
    const cas = every20(0, 6000, { latencyMs: 4, f: 'cas', type: 'fail' });
    const [found] = impactOf([...outage, ...cas], [fault(1000, 2000)]);
    assert.deepEqual(found?.byOperation, {
      read: { before: 1, during: 0, after: 1 },
      // A definite no without an error is an answer.
      cas: { before: 1, during: 1, after: 1 },
    });
    assert.deepEqual(found?.success, { before: 1, during: 0.5, after: 1 });
  });

  it('takes the first campaign after the start for the moment of detection, up to the next fault', () => {
    const faults = [fault(1000, 2000), fault(4000, 4500)];
    const found = impactOf(outage, faults, { campaignsNs: [900e6, 1350e6, 1500e6, 5000e6] });
    assert.deepEqual(
      found.map((one) => one?.detectionMs),
      [350, 1000],
    );
    assert.equal(impactOf(outage, faults, { campaignsNs: [4200e6] })[0]?.detectionMs, null);
    assert.equal(impactOf(outage, faults)[0]?.detectionMs, undefined);
  });

  it('waits until every node that was hit knows what was committed when the fault was healed', () => {
    const look = (ms: number, node: string, commitIndex: number): CommitLook => ({
      timeNs: ms * 1e6,
      node,
      commitIndex,
    });
    const looks = [
      look(900, 'n1', 5),
      look(900, 'n2', 5),
      look(1900, 'n2', 9),
      look(2100, 'n1', 6),
      look(2100, 'n2', 12),
      look(2350, 'n1', 9),
      look(2350, 'n2', 20),
    ];
    assert.equal(impactOf(outage, [fault(1000, 2000)], { looks })[0]?.catchUpMs, 350);
    const both = fault(1000, 2000, ['n1', 'n3']);
    assert.equal(impactOf(outage, [both], { looks })[0]?.catchUpMs, null);
    assert.equal(impactOf(outage, [fault(1000, 2000)])[0]?.catchUpMs, undefined);
  });

  it('has nothing to say of a fault that did not take effect', () => {
    const skipped = { ...fault(1000, 2000), outcome: { kind: 'skipped', reason: 'x' } } as const;
    assert.deepEqual(impactOf(outage, [skipped]), [undefined]);
  });
});
