import assert from 'node:assert/strict';
import type { Operation } from '#src/history/operation';
import type { FaultFigures } from '#src/metrics/types';
import { buildSpec } from '#src/run/build-spec';
import { findings } from '#src/run/findings';
import type { Recorded } from '#src/run/recorded';

type Line = Omit<Operation, 'index'>;

const phase = (time: number, value: string): Line => ({
  time,
  type: 'info',
  process: 'nemesis',
  f: 'phase',
  value,
});
const ok = (time: number, node: string): Line => ({
  time,
  type: 'ok',
  process: 0,
  f: 'read',
  value: null,
  node,
});

const recorded = (lines: readonly Line[]): Recorded => ({
  folder: '/nowhere',
  spec: buildSpec(
    {
      system: 'raft',
      nodes: 2,
      clients: 2,
      nemesis: ['kill'],
      schedule: [{ at: 1, for: 1, fault: { kind: 'kill' }, target: 'one' }],
    },
    1,
  ),
  circumstances: { startedAt: '2026-01-01T00:00:00Z', originNs: 0 },
  history: lines.map((line, index) => ({ ...line, index })),
  warnings: [],
});

const whole = [
  phase(0, 'main'),
  phase(10, 'heal'),
  phase(20, 'final'),
  ok(30, 'n1'),
  ok(31, 'n2'),
  phase(40, 'end'),
];
const fault = (outcome: FaultFigures['outcome']): FaultFigures => ({
  kind: 'kill',
  target: 'one',
  resolved: ['n1'],
  startMs: 1,
  endMs: 2,
  outcome,
  timeToFirstOkMs: 1,
  recoveryMs: 1,
  unavailableMs: 1,
});
const measured = (...faults: FaultFigures[]) => ({ faults, counts: { ok: 2, fail: 0, info: 0 } });
const kinds = (lines: readonly Line[], ...faults: FaultFigures[]) =>
  findings(recorded(lines), measured(...faults)).map(({ kind, valid }) => [kind, valid]);

describe('findings', () => {
  it('has nothing to say of a run that went as planned', () => {
    assert.deepEqual(kinds(whole, fault({ kind: 'installed' })), []);
  });

  it('refuses a pass when a planned fault never took effect', () => {
    assert.deepEqual(kinds(whole), [['fault-missing', 'unknown']]);
    const skipped = fault({ kind: 'skipped', reason: 'nobody leads' });
    assert.deepEqual(kinds(whole, skipped), [['fault-missing', 'unknown']]);
    assert.deepEqual(kinds(whole, fault({ kind: 'failed', error: 'EPERM' })), [
      ['fault-missing', 'unknown'],
    ]);
  });

  it('forgives a skipped firing when another of its kind took effect', () => {
    const skipped = fault({ kind: 'skipped', reason: 'nobody leads' });
    assert.deepEqual(kinds(whole, skipped, fault({ kind: 'installed' })), []);
  });

  it('refuses a pass when what was required never happened, and nothing else', () => {
    const about = recorded(whole);
    const killed = { ...fault({ kind: 'installed' }), leader: 'n1' };
    const reasons = (...require: readonly string[]) =>
      findings({ ...about, spec: { ...about.spec, require: [...require] } }, measured(killed)).map(
        ({ kind, valid, reason }) => [kind, valid, reason],
      );
    assert.deepEqual(reasons('kill', 'kill:leader'), []);
    assert.deepEqual(reasons('kill:follower', 'pause'), [
      ['fault-missing', 'unknown', 'the required kill on follower never took effect'],
      ['fault-missing', 'unknown', 'the required pause never took effect'],
    ]);
  });

  it('does not pass a run that was cut short', () => {
    assert.deepEqual(kinds(whole.slice(0, 2)), [['interrupted', 'unknown']]);
  });

  it('does not blame the system for a proxy between its nodes that did not undo a fault', () => {
    const dark = whole.filter((line) => line.node !== 'n2');
    const healing = (error: string): Line => ({
      ...phase(15, 'x'),
      f: 'heal-partition',
      value: { index: 0 },
      error,
    });
    const about = (error: string) =>
      findings(
        recorded([...dark.slice(0, 2), healing(error), ...dark.slice(2)]),
        measured(fault({ kind: 'installed' })),
      ).find(({ reason }) => reason.includes('did not serve'));
    const proxy = about('Toxiproxy did not answer DELETE http://127.0.0.1:1/proxies/a: no answer');
    assert.deepEqual([proxy?.kind, proxy?.valid], ['fault-not-healed', 'unknown']);
    assert.match(proxy?.reason ?? '', /n2 did not serve .* not all faults were healed: Toxiproxy/);
    // A killed node that does not come back is what the system is asked for.
    const node = about('n2 did not come up within 15 s');
    assert.deepEqual([node?.kind, node?.valid], ['not-recovered', false]);
  });

  it('names the nodes that serve nobody after everything was healed', () => {
    const dark = whole.filter((line) => line.node !== 'n2');
    const [finding] = findings(recorded(dark), measured(fault({ kind: 'installed' })));
    assert.equal(finding?.kind, 'not-recovered');
    assert.match(finding.reason, /n2/);
    assert.doesNotMatch(finding.reason, /n1/);
  });

  it('blames the system for a node that ended by itself', () => {
    const exit: Line = { time: 5, type: 'info', process: 'nemesis', f: 'node-exit', node: 'n1' };
    assert.deepEqual(kinds([...whole, exit], fault({ kind: 'installed' })), [['node-exit', false]]);
    const crash = { ...exit, error: 'it ended by SIGSEGV; last words' };
    assert.deepEqual(kinds([...whole, crash], fault({ kind: 'installed' })), [
      ['node-exit', false],
    ]);
  });

  it('does not blame the system for what somebody else did to a node, but does not pass either', () => {
    const exit: Line = { time: 5, type: 'info', process: 'nemesis', f: 'node-exit', node: 'n1' };
    for (const error of [
      'it ended by SIGKILL; ready',
      'it ended with exit code 70; FATAL cannot write: ENOSPC: no space left on device',
    ]) {
      assert.deepEqual(kinds([...whole, { ...exit, error }], fault({ kind: 'installed' })), [
        ['node-exit', 'unknown'],
      ]);
    }
  });

  it('does not expect service of what was ended from outside', () => {
    const exit: Line = {
      time: 5,
      type: 'info',
      process: 'nemesis',
      f: 'node-exit',
      node: 'n2',
      error: 'it ended by SIGKILL; ready',
    };
    const dark = whole.filter((line) => line.type !== 'ok');
    assert.deepEqual(kinds([...dark, exit], fault({ kind: 'installed' })), [
      ['node-exit', 'unknown'],
    ]);
  });

  it('does not pass on reads that say nothing', () => {
    const { value: _, ...silent } = ok(32, 'n1');
    assert.deepEqual(kinds([...whole, silent], fault({ kind: 'installed' })), [
      ['no-value', 'unknown'],
    ]);
  });

  it('does not pass when a fault could not be undone, even where no client would notice', () => {
    const healing: Line = {
      time: 9,
      type: 'info',
      process: 'nemesis',
      f: 'heal-kill',
      value: { index: 0, target: 'one', resolved: ['n2'] },
    };
    assert.deepEqual(kinds([...whole, healing], fault({ kind: 'installed' })), []);
    const failed = { ...healing, error: 'node n2 did not answer within 15000 ms' };
    assert.deepEqual(kinds([...whole, failed], fault({ kind: 'installed' })), [
      ['fault-not-healed', 'unknown'],
    ]);
  });

  describe('a majority that is whole', () => {
    const second = 1e9;
    /** Every 100 ms a client of each node asks, and is served unless `dark`. */
    const asking = (dark: (node: string, s: number) => boolean): Line[] =>
      Array.from({ length: 200 }, (_, i) => i / 10).flatMap((s) =>
        ['n1', 'n2', 'n3'].flatMap((node, process): Line[] => [
          { time: s * second, type: 'invoke', process, f: 'read', node },
          {
            time: (s + 0.05) * second,
            type: dark(node, s) ? 'fail' : 'ok',
            process,
            f: 'read',
            node,
          },
        ]),
      );
    const cut = (fromS: number, untilS: number, resolved: readonly string[]): Line[] => {
      const value = { index: 0, target: 'majority', resolved, outcome: { kind: 'installed' } };
      const line = (s: number, f: string, type: 'invoke' | 'info'): Line => ({
        time: s * second,
        type,
        process: 'nemesis',
        f,
        value,
      });
      return [
        line(fromS, 'pause', 'invoke'),
        line(fromS + 0.01, 'pause', 'info'),
        line(untilS, 'heal-pause', 'invoke'),
        line(untilS + 0.01, 'heal-pause', 'info'),
      ];
    };
    const stood = (faults: readonly Line[], dark: (node: string, s: number) => boolean) => {
      const lines = [phase(0, 'main'), ...faults, ...asking(dark), phase(20 * second, 'heal')];
      const about = recorded(lines.toSorted((a, b) => a.time - b.time));
      const spec = { ...about.spec, nodes: 3, clients: 3, schedule: [] };
      const found = findings({ ...about, spec }, measured());
      return found.filter(({ kind }) => kind === 'standstill');
    };

    it('has to serve within nine seconds of calm, which is 30 election timeouts', () => {
      const found = stood(cut(2, 4, ['n1']), (_, s) => s >= 2 && s < 14);
      assert.equal(found.length, 1);
      assert.equal(found[0]?.valid, false);
      assert.match(found[0]?.reason ?? '', /^n1, n2, n3 were up and whole from 4\.0 to 13\.0 s/);
      assert.deepEqual(
        stood(cut(2, 4, ['n1']), (_, s) => s >= 2 && s < 12.5),
        [],
      );
    });

    it('is not there while a fault has the majority, and of a minority nothing is asked', () => {
      assert.deepEqual(
        stood(cut(2, 19, ['n1', 'n2']), (_, s) => s >= 2 && s < 19),
        [],
      );
      assert.deepEqual(
        stood(cut(2, 19, ['n1']), (node, s) => node === 'n1' && s >= 2 && s < 19),
        [],
      );
    });
  });
});
