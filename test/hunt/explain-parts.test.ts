import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Arrow, Bar } from '#reports/space-time-types';
import type { ReportAnomaly } from '#reports/types';
import { chainBetween } from '#src/hunt/explain-causes';
import { ofOperations } from '#src/hunt/explain-clash';
import { around, crop } from '#src/hunt/explain-crop';
import { arrowsOf, barsOf, stretchesOf } from '#src/hunt/explain-picture';
import { faultSentence } from '#src/hunt/fault-words';
import type { FaultRecord } from '#src/schedule/player';
import type { SimEvent, Traced } from '#src/sim/index';

const ns = (ms: number): number => ms * 1e6;

const arrow = (id: number, from: string, to: string, sentMs: number, endMs: number): Arrow => ({
  id,
  from,
  to,
  message: 'append',
  sentMs,
  endMs,
});

describe('hunt: messages as arrows', () => {
  const sent = (id: number, at: number): SimEvent => ({
    kind: 'sent',
    id,
    from: 'n1',
    to: 'n2',
    message: 'vote',
    term: 3,
    timeNs: ns(at),
  });
  const end = (kind: 'delivered' | 'lost', id: number, at: number): SimEvent => {
    const event = { id, from: 'n1', to: 'n2', timeNs: ns(at) };
    return kind === 'lost' ? { ...event, kind, why: 'cut' } : { ...event, kind };
  };

  it('arrive, are lost, come twice, or are on their way at the end', () => {
    const arrows = arrowsOf([
      sent(1, 1),
      sent(2, 2),
      end('delivered', 1, 3),
      end('lost', 2, 4),
      end('delivered', 1, 5),
      sent(3, 6),
    ]);
    assert.deepEqual(
      arrows.map(({ id, sentMs, endMs, lost, copy }) => [id, sentMs, endMs, lost, copy]),
      [
        [1, 1, 3, undefined, undefined],
        [1, 1, 5, undefined, true],
        [2, 2, 4, 'cut', undefined],
        [3, 6, null, undefined, undefined],
      ],
    );
    assert.ok(arrows.every(({ message, term }) => message === 'vote' && term === 3));
  });
});

describe('hunt: who was what', () => {
  const stamp = (node: string, at: number, incarnation = 1) => ({
    node,
    incarnation,
    seq: at,
    timeNs: ns(at),
  });

  it('a role ends with the process, and begins again with the next', () => {
    const traced: Traced[] = [
      { ev: 'becomeCandidate', term: 1, ...stamp('n1', 1) },
      { ev: 'becomeLeader', term: 1, lastIndex: 0, lastTerm: 0, commit: 0, ...stamp('n1', 2) },
      {
        ev: 'logRecovered',
        term: 1,
        vote: 'n1',
        lastIndex: 0,
        lastTerm: 0,
        chain: 0,
        ...stamp('n1', 8, 2),
      },
    ];
    const crash: SimEvent = { kind: 'crash', node: 'n1', unsynced: 'lost', timeNs: ns(5) };
    assert.deepEqual(
      stretchesOf(traced, [crash], 10).map(({ fromMs, toMs, role }) => [fromMs, toMs, role]),
      [
        [1, 2, 'candidate'],
        [2, 5, 'leader'],
        [8, 10, 'follower'],
      ],
    );
  });

  it('a node that is killed while it is paused is down, and no longer paused', () => {
    const events: SimEvent[] = [
      { kind: 'paused', node: 'n1', timeNs: ns(1) },
      { kind: 'crash', node: 'n1', unsynced: 'kept', timeNs: ns(3) },
      { kind: 'started', node: 'n1', incarnation: 2, records: 0, timeNs: ns(7) },
    ];
    assert.deepEqual(
      barsOf(events, [], 10).map(({ kind, fromMs, toMs }) => [kind, fromMs, toMs]),
      [
        ['paused', 1, 3],
        ['down', 3, 7],
      ],
    );
  });
});

describe('hunt: what a node could know', () => {
  const nodes = ['n1', 'n2', 'n3', 'n4'] as const;
  const anyArrow = fc
    .tuple(
      fc.nat(3),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(20),
      fc.integer({ min: 1, max: 6 }),
      fc.boolean(),
    )
    .map(
      ([from, by, sentMs, forMs, isLost]): Arrow => ({
        ...arrow(0, nodes[from] ?? 'n1', nodes[(from + by) % 4] ?? 'n1', sentMs, sentMs + forMs),
        ...(isLost ? { lost: 'cut' } : {}),
      }),
    );

  /** By trying every way. */
  function reaches(
    node: string,
    atMs: number,
    goal: string,
    byMs: number,
    arrows: readonly Arrow[],
  ): boolean {
    return (
      node === goal ||
      arrows.some(
        ({ from, to, sentMs, endMs, lost }) =>
          from === node &&
          lost === undefined &&
          sentMs >= atMs &&
          (endMs ?? Infinity) <= byMs &&
          reaches(to, endMs ?? Infinity, goal, byMs, arrows),
      )
    );
  }

  it('agrees with trying every way, and gives a way that can be gone', () => {
    fc.assert(
      fc.property(fc.array(anyArrow, { maxLength: 9 }), (arrows) => {
        const [first, second] = [
          { node: 'n1', timeMs: 3 },
          { node: 'n2', timeMs: 18 },
        ];
        const chain = chainBetween(first, second, arrows, []);
        assert.equal(chain !== undefined, reaches('n1', 3, 'n2', 18, arrows));
        let [node, timeMs] = ['n1', 3];
        for (const { from, to, sentMs, endMs, lost } of chain ?? []) {
          assert.ok(from === node && sentMs >= timeMs && lost === undefined);
          [node, timeMs] = [to, endMs ?? Infinity];
        }
        if (chain !== undefined) assert.ok(node === 'n2' && timeMs <= 18);
      }),
    );
  });

  it('counts what arrives during a pause from when the node goes on', () => {
    const pause: Bar = { node: 'n2', kind: 'paused', fromMs: 2, toMs: 9, label: '', words: '' };
    const told = [arrow(1, 'n1', 'n2', 1, 3)];
    const from = { node: 'n1', timeMs: 0 };
    assert.equal(chainBetween(from, { node: 'n2', timeMs: 8 }, told, [pause]), undefined);
    assert.deepEqual(chainBetween(from, { node: 'n2', timeMs: 9 }, told, [pause]), told);
    assert.deepEqual(chainBetween(from, { node: 'n2', timeMs: 8 }, told, []), told);
  });
});

describe('hunt: a picture is kept small', () => {
  it('keeps all that is nearer than what it leaves out, in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { maxLength: 60 }),
        fc.nat(40),
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 3 }),
        (times, most, places) => {
          const { kept, left, radiusMs } = crop(times, most, (at) => at, places);
          assert.ok(kept.length <= Math.max(most, 0) || left === 0);
          assert.equal(kept.length + left, times.length);
          const far = (at: number): number => Math.min(...places.map((p) => Math.abs(p - at)));
          assert.deepEqual(
            kept,
            times.filter((at) => far(at) < radiusMs),
          );
          const windows = around(places, radiusMs, 1000);
          const isIn = (at: number): boolean => windows.some(([a, b]) => at >= a && at <= b);
          if (left === 0) assert.ok(times.every(isIn));
          else assert.ok(kept.every(isIn));
        },
      ),
    );
  });
});

describe('hunt: operations that contradict each other', () => {
  const operation = (index: number, startMs: number, endMs: number | null, impossible = false) => ({
    index,
    process: '1',
    node: 'n1',
    text: `write ${index}`,
    outcome: endMs === null ? ('info' as const) : ('ok' as const),
    startMs,
    endMs,
    impossible,
  });
  const anomaly = (...operations: ReportAnomaly['operations']): ReportAnomaly => ({
    checker: 'linearizable',
    name: 'nonlinearizable',
    explanation: '',
    operations,
    left: 0,
  });

  it('are the one that fits nowhere, and the newest that was over before it', () => {
    const found = ofOperations(
      anomaly(
        operation(0, 0, 10),
        operation(2, 5, 20),
        operation(4, 6, null),
        operation(6, 30, 40, true),
        operation(8, 15, 35),
      ),
    );
    assert.deepEqual(
      found.map(({ number, timeMs, where }) => [number, timeMs, where]),
      [
        [1, 20, { kind: 'operation', operation: 2 }],
        [2, 30, { kind: 'operation', operation: 6 }],
      ],
    );
  });

  it('are none where all fit as little as each other', () => {
    assert.deepEqual(ofOperations(anomaly(operation(0, 0, 10))), []);
  });
});

describe('hunt: faults in words', () => {
  const record = (
    fault: FaultRecord['entry']['fault'],
    change: Partial<FaultRecord> = {},
  ): FaultRecord => ({
    index: 0,
    entry: { at: 226, for: 300, fault, target: 'leader' },
    resolved: ['n3'],
    leader: 'n3',
    startNs: ns(226),
    endNs: ns(526),
    outcome: { kind: 'installed' },
    ...change,
  });

  it('say who, what, and for how long', () => {
    assert.equal(
      faultSentence(record({ kind: 'pause' })),
      'At 226 ms the leader (n3) is paused, for 300 ms, until 526 ms.',
    );
    assert.equal(
      faultSentence(record({ kind: 'power-loss', unsynced: 'torn' }, { resolved: ['n1', 'n2'] })),
      'At 226 ms n1 and n2 lose power; what was not fsynced is torn, for 300 ms, until 526 ms.',
    );
    assert.match(
      faultSentence(
        record({ kind: 'partition', shape: 'isolate', direction: 'in', style: 'drop' }),
      ),
      /the leader \(n3\) is cut off from the others, for what is sent to it \(messages are lost\)/,
    );
  });

  it('tell what was skipped, what could not be undone, and kinds that they do not know', () => {
    const skipped = record(
      { kind: 'kill' },
      { outcome: { kind: 'skipped', reason: 'down already' } },
    );
    assert.equal(faultSentence(skipped), 'At 226 ms kill of leader is skipped: down already.');
    assert.match(
      faultSentence(record({ kind: 'kill' }, { healError: 'stays down' })),
      /stays down/,
    );
    assert.match(faultSentence(record({ kind: 'cosmic-ray' })), /cosmic-ray at the leader \(n3\)/);
  });
});
