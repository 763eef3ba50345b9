import assert from 'node:assert/strict';
import type { Operation } from '#src/history/operation';
import { type PlayedFault, standstills } from '#src/metrics/progress';

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];

const fault = (
  fromMs: number,
  untilMs: number,
  resolved: readonly string[],
  detail: unknown = { killed: resolved },
): PlayedFault => ({
  resolved,
  detail,
  startNs: fromMs * 1e6,
  endNs: untilMs * 1e6,
  outcome: { kind: 'installed' },
});

/** Every 100 ms each node's client asks, and is served unless `dark` says otherwise. */
function asking(endMs: number, dark: (node: string, ms: number) => boolean): Operation[] {
  const lines: Omit<Operation, 'index'>[] = [];
  for (let ms = 0; ms < endMs; ms += 100) {
    for (const [process, node] of nodes.entries()) {
      const common = { process, f: 'read', node } as const;
      lines.push({ ...common, time: ms * 1e6, type: 'invoke' });
      lines.push({ ...common, time: (ms + 50) * 1e6, type: dark(node, ms) ? 'fail' : 'ok' });
    }
  }
  return lines.toSorted((a, b) => a.time - b.time).map((line, index) => ({ ...line, index }));
}

const options = { nodes, limitMs: 2000, endNs: 10_000e6, attemptMs: 100 };

describe('progress that may be asked for', () => {
  it('finds nothing where the cluster goes on, or stands still for less than the limit', () => {
    const faults = [fault(1000, 3000, ['n1'])];
    assert.deepEqual(
      standstills(
        asking(10_000, () => false),
        faults,
        options,
      ),
      [],
    );
    const short = asking(10_000, (_, ms) => ms >= 3000 && ms < 4800);
    assert.deepEqual(standstills(short, faults, options), []);
  });

  it('takes a refusal by the system for an answer, and an error for none', () => {
    const answers = (error: string) =>
      asking(10_000, () => true).map((line) => (line.type === 'fail' ? { ...line, error } : line));
    assert.deepEqual(
      standstills(answers('precondition: another value was there'), [], options),
      [],
    );
    assert.equal(standstills(answers('no-leader'), [], options).length, 1);
  });

  it('finds a healed cluster that never serves again', () => {
    const dead = asking(10_000, (_, ms) => ms >= 1000);
    const found = standstills(dead, [fault(1000, 3000, ['n1'])], options);
    assert.deepEqual(
      found.map(({ fromNs, core }) => [fromNs / 1e6, core.length]),
      [
        [1000, 4],
        [3000, 5],
      ],
    );
    assert.ok((found[0]?.asked ?? 0) > 10);
  });

  it('asks nothing of a core that is disturbed by somebody who hears a part of it, where that is not withstood', () => {
    const dead = asking(10_000, (_, ms) => ms >= 1000);
    // n3 hears two sides that do not hear each other.
    const sides = ['n1', 'n2'].flatMap((a) => ['n4', 'n5'].map((b) => [a, b] as const));
    const cut = sides.flatMap(([a, b]) => [`${a}->${b}`, `${b}->${a}`]);
    const bridge = [fault(1000, 10_000, ['n3'], { cut })];
    assert.deepEqual(standstills(dead, bridge, options)[0]?.core, ['n1', 'n2', 'n3']);
    const fragile = { ...options, withstandsNeighbours: false };
    assert.deepEqual(standstills(dead, bridge, fragile), []);
    // Those outside are down, or hear nobody: nothing disturbs.
    const down = [...bridge, fault(900, 10_000, ['n4', 'n5'])];
    assert.equal(standstills(dead, down, fragile).length, 1);
    const away = ['n4', 'n5'].flatMap((a) => ['n1', 'n2', 'n3'].map((b) => `${a}->${b}`));
    assert.equal(standstills(dead, [fault(1000, 10_000, ['n4'], { away })], fragile).length, 1);
  });

  describe('where the ends of a chain do not hear each other', () => {
    const chain = ['n1', 'n2', 'n3'];
    const cut = [fault(1000, 9000, ['n2'], { cut: ['n1->n3', 'n3->n1'] })];
    const during = (serves: (node: string) => boolean, faults = cut) =>
      standstills(
        asking(9000, (node, ms) => ms >= 1000 && !serves(node)).filter(
          ({ node }) => node !== undefined && chain.includes(node),
        ),
        faults,
        { ...options, nodes: chain, endNs: 9000e6 },
      );

    it('lets either end lead, who is out of the reach of the other', () => {
      for (const leader of chain)
        assert.deepEqual(
          during((node) => node === leader),
          [],
        );
    });

    it('finds that nobody leads', () => {
      assert.deepEqual(
        during(() => false).map(({ core }) => core),
        [['n1', 'n2']],
      );
    });

    it('lets an end lead whose clock is wrong, as long as the middle is not asked in vain too', () => {
      const wrong = [...cut, fault(1000, 9000, ['n3'], { rate: 1.1 })];
      assert.deepEqual(
        during((node) => node === 'n2', wrong),
        [],
      );
      assert.equal(during((node) => node === 'n3', wrong).length, 1);
    });

    it('takes the ends for nothing where the middle was not asked often enough', () => {
      const asks = asking(9000, () => true).filter(({ node }) => node === 'n1' || node === 'n3');
      const at = { ...options, nodes: chain, endNs: 9000e6 };
      assert.equal(standstills(asks, cut, at).length, 1);
      const oneEnd = asks.filter(({ node }) => node === 'n1');
      assert.deepEqual(standstills(oneEnd, cut, at), []);
      assert.equal(standstills(oneEnd, [], { ...at, endNs: 4000e6 }).length, 1);
    });
  });

  it('asks for as many attempts in vain as the caller says', () => {
    const dead = asking(2000, () => true).filter(({ process }) => process === 0);
    const found = (fewestAttempts: number) =>
      standstills(dead, [], { ...options, endNs: 2000e6, fewestAttempts });
    assert.equal(found(10).length, 1);
    assert.deepEqual(found(11), []);
  });

  it('does not take for waiting in vain who asked shortly before the end', () => {
    const line = (ms: number, type: 'invoke' | 'ok'): Operation => ({
      index: 0,
      time: ms * 1e6,
      type,
      process: 0,
      f: 'read',
      node: 'n1',
    });
    const until = { ...options, endNs: 2000e6 };
    assert.deepEqual(standstills([line(1900, 'invoke'), line(2100, 'ok')], [], until), []);
    assert.equal(standstills([line(900, 'invoke'), line(2100, 'ok')], [], until).length, 1);
    assert.equal(standstills([line(1450, 'invoke'), line(2100, 'ok')], [], until).length, 1);
    assert.deepEqual(
      standstills([line(1550, 'invoke'), line(2100, 'ok')], [], { ...until, attemptMs: 50 }),
      [],
    );
    const slow = { ...until, attemptMs: 750 };
    assert.deepEqual(standstills([line(900, 'invoke'), line(2100, 'ok')], [], slow), []);
  });

  it('does not take a few attempts for all, nor those that were given up before half of the calm was over', () => {
    const asks = (times: readonly number[]): Operation[] =>
      asking(10_000, () => true).filter(
        ({ process, time }) => process === 0 && times.includes(Math.floor(time / 100e6)),
      );
    const calm = { ...options, endNs: 2000e6 };
    assert.deepEqual(standstills(asks([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), [], calm), []);
    assert.deepEqual(standstills(asks([0, 10, 12, 14, 16]), [], calm), []);
    assert.equal(standstills(asks([10, 12, 14, 16, 18]), [], calm)[0]?.asked, 5);
  });

  it('asks nothing of a minority, nor of clients of nodes outside of the core', () => {
    const faults = [fault(1000, 9000, ['n1', 'n2', 'n3'])];
    assert.deepEqual(
      standstills(
        asking(9000, (_, ms) => ms >= 1000),
        faults,
        options,
      ),
      [],
    );
    const outside = [fault(1000, 9000, ['n1', 'n2'])];
    const served = asking(9000, (node, ms) => ms >= 1000 && node <= 'n2');
    assert.deepEqual(standstills(served, outside, options), []);
    const unserved = asking(9000, (node, ms) => ms >= 1000 && node > 'n2');
    assert.equal(standstills(unserved, outside, options).length, 1);
  });

  it('counts only cut links where a fault names links', () => {
    const cut = ['n1->n2', 'n2->n1', 'n1->n3', 'n3->n1'];
    const faults = [fault(1000, 9000, ['n1'], { style: 'hold', cut })];
    const [found] = standstills(
      asking(9000, (_, ms) => ms >= 1000),
      faults,
      options,
    );
    assert.deepEqual(found?.core, ['n2', 'n3', 'n4', 'n5']);
    // Everybody sees two neighbours only: no majority that is whole.
    const ring = nodes.flatMap((a, i) => [
      `${a}->${nodes[(i + 2) % 5]}`,
      `${nodes[(i + 2) % 5]}->${a}`,
    ]);
    const around = [fault(1000, 9000, nodes, { cut: ring })];
    assert.deepEqual(
      standstills(
        asking(9000, (_, ms) => ms >= 1000),
        around,
        options,
      ),
      [],
    );
  });

  it('takes a fault that was given up on somebody for a disturbance, and one that found nobody for none', () => {
    const dead = asking(4000, () => true);
    const calm = { ...options, endNs: 3500e6 };
    const given = (resolved: readonly string[]): PlayedFault => ({
      ...fault(1800, 1800, resolved),
      outcome: { kind: 'skipped' },
    });
    assert.equal(standstills(dead, [given([])], calm).length, 1);
    assert.deepEqual(standstills(dead, [given(['n1'])], calm), []);
  });

  it('is more patient with a core where the caller says so', () => {
    const faults = [fault(1000, 9000, ['n1', 'n2'])];
    const dead = asking(9000, (_, ms) => ms >= 1000);
    const found = (factor: number) =>
      standstills(dead, faults, { ...options, patience: (size) => (size === 3 ? factor : 1) });
    assert.equal(found(1).length, 1);
    assert.deepEqual(
      found(3.5).map(({ fromNs, untilNs }) => (untilNs - fromNs) / 1e6),
      [7000],
    );
    assert.deepEqual(found(4.5), []);
  });

  it('asks nothing while faults keep changing, nor when nobody asks', () => {
    const faults = Array.from({ length: 9 }, (_, i) =>
      fault(1000 * i + 500, 1000 * i + 900, ['n1']),
    );
    const dead = asking(9000, () => true);
    assert.deepEqual(standstills(dead, faults, { ...options, endNs: 9000e6 }), []);
    assert.deepEqual(standstills([], [], options), []);
    assert.equal(standstills(dead, [], { ...options, endNs: 9000e6 }).length, 1);
  });
});
