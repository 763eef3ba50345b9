/** A whole comparison through the command line: fair, complete, and nothing left behind. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComparedMetric } from '#src/metrics/compare';
import { episodeMetrics, wholeRun } from '#src/metrics/episodes';
import type { Comparison } from '#src/run/compare';
import { until } from './support/counting-cluster.ts';
import { dissent, latest, processesWith, readJson, temporaryStore } from './support.ts';

interface PlayedRound {
  readonly round: number;
  readonly identical: boolean;
  readonly schedule: readonly unknown[];
  readonly systems: Readonly<
    Record<
      string,
      readonly {
        readonly kind: string;
        readonly startMs: number;
        readonly endMs: number;
        readonly outcome: { readonly kind: string };
        readonly resolved: readonly { readonly node: string; readonly role: string }[];
      }[]
    >
  >;
}

const schedule = [
  { at: 1200, for: 800, fault: 'kill', target: 'leader' },
  {
    at: 4200,
    for: 900,
    fault: { kind: 'partition', shape: 'isolate', direction: 'both', style: 'hold' },
    target: 'leader',
  },
];

/** What means nothing for a whole run. */
const perFault =
  /^(timeToFirstOk|recovery|detection|degraded|catchUp|success|latencyBefore|latencyAfter)/;

describe('dissent compare', function () {
  this.timeout(360_000);
  const store = temporaryStore();
  after(() => store.remove());

  it('runs the same faults on both systems in turn, and has every figure for both', async () => {
    const file = join(store.path, 'faults.json');
    writeFileSync(file, JSON.stringify(schedule));
    const out = join(store.path, 'runs');
    // Little work, so that a slow machine gets it done between two faults.
    const little = ['--nodes', '3', '--clients', '6', '--rate', '60'];
    const flags = ['--rounds', '2', '--time', '7', '--seed', '5', '--schedule', file, ...little];
    const { exitCode, stdout, stderr } = await dissent([
      'compare',
      'raft',
      'paxos',
      ...flags,
      '--json',
      '--out',
      out,
    ]);
    assert.equal(exitCode, 0, String(stderr));
    assert.deepEqual(processesWith(out), []);
    const comparison = JSON.parse(String(stdout)) as Comparison;
    assert.equal(comparison.valid, true);
    assert.deepEqual(comparison.systems, ['raft', 'paxos']);
    assert.equal(comparison.rounds, 2);
    const folder = latest(out);
    const rounds = readJson(folder, 'schedules.json') as PlayedRound[];
    const hadQuiet = hadQuietBetween(rounds);
    hasEveryFigure(comparison.table, wholeRun, undefined);
    hasEveryFigure(comparison.table, 'kill', hadQuiet ? undefined : /After/);
    hasEveryFigure(comparison.table, 'partition', hadQuiet ? undefined : /Before/);

    assert.ok(existsSync(comparison.report));
    assert.ok(existsSync(join(folder, 'report.html')));
    assert.deepEqual(readJson(folder, 'results.json'), comparison);
    assert.equal(readdirSync(join(folder, 'runs')).filter((name) => name !== 'latest').length, 4);
    sameFaults(rounds);
  });

  /** Whether some operations had time between the first fault and the second: a killed node may take long to start on a loaded machine. */
  const hadQuietBetween = (rounds: readonly PlayedRound[]): boolean =>
    rounds.some(({ systems }) =>
      Object.values(systems).some(
        ([first, second]) => (second?.startMs ?? 0) - (first?.endMs ?? 0) > 600,
      ),
    );

  /**
   * A loaded machine may keep a system from recovering before the next fault; that is counted, not hidden. `mayLack`: figures for which
   * there may have been no time.
   */
  function hasEveryFigure(
    table: readonly ComparedMetric[],
    fault: string,
    mayLack: RegExp | undefined,
  ): void {
    const rows = table.filter((row) => row.fault === fault);
    const expected = episodeMetrics.filter((m) => fault !== wholeRun || !perFault.test(m));
    const before = rows.find(({ metric }) => metric === 'successBefore')?.values ?? {};
    // Whether latency is as before takes some operations before that were served.
    const wasServed = Object.values(before).some((spread) => (spread?.max ?? 0) > 0.9);
    const isCertain = (metric: string): boolean =>
      mayLack?.test(metric) !== true && (wasServed || metric !== 'degradedMs');
    assert.deepEqual(
      rows.map(({ metric }) => metric).filter(isCertain),
      expected.filter(isCertain),
    );
    for (const { metric, values, missing } of rows) {
      for (const system of ['raft', 'paxos']) {
        assert.equal(
          (values[system]?.n ?? 0) + (missing[system] ?? 0),
          2,
          `${metric} of ${system}`,
        );
      }
    }
  }

  function sameFaults(rounds: readonly PlayedRound[]): void {
    assert.equal(rounds.length, 2);
    for (const round of rounds) {
      assert.equal(round.identical, true);
      assert.deepEqual(
        round.schedule.map((entry) => Reflect.get(entry as object, 'at')),
        [1200, 4200],
      );
      assert.deepEqual(Object.keys(round.systems), ['raft', 'paxos']);
      for (const played of Object.values(round.systems)) {
        assert.deepEqual(
          played.map(({ kind, outcome, resolved }) => [
            kind,
            outcome.kind,
            resolved.map(({ role }) => role),
          ]),
          [
            ['kill', 'installed', ['leader']],
            ['partition', 'installed', ['leader']],
          ],
        );
        // Not before their time; how much later depends on the machine.
        assert.ok(played.every(({ startMs }, i) => startMs >= (i === 0 ? 1200 : 4200)));
      }
    }
  }

  it('stops early on Ctrl-C with what there is', async () => {
    const out = join(store.path, 'stopped');
    const flags = ['--rounds', '9', '--time', '3', '--seed', '1', '--out', out];
    const run = dissent(['compare', 'raft', 'paxos', ...flags]);
    const second = join(latest(out), 'runs', 'round-1-paxos');
    await until('the second round', async () => existsSync(second), 120_000);
    run.kill('SIGINT');
    const { exitCode, stderr } = await run;
    assert.equal(exitCode, 130, String(stderr));
    assert.deepEqual(processesWith(out), []);
    const comparison = readJson(latest(out), 'results.json') as Comparison;
    assert.equal(comparison.valid, 'unknown');
    assert.ok(existsSync(join(latest(out), 'report.html')));
  });

  const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      'one system only',
      ['raft'],
      /two or more different systems, got: raft; there are: raft, paxos/,
    ],
    ['the same system twice', ['raft', 'raft'], /two or more different systems, got: raft raft/],
    ['an unknown system', ['raft', 'zab'], /"zab".*raft/s],
    ['no rounds', ['raft', 'paxos', '--rounds', '0'], /--rounds 0 .*1 to 1000/],
    ['half a round', ['raft', 'paxos', '--rounds', '1.5'], /--rounds 1\.5 /],
    ['an unknown fault', ['raft', 'paxos', '--nemesis', 'meteor'], /"meteor".*pause/s],
    ['a workload without time', ['raft', 'paxos', '--time', '0'], /time.*0/s],
  ];

  for (const [what, args, says] of refused) {
    it(`refuses ${what}`, async () => {
      const out = join(store.path, 'refused');
      const { exitCode, stderr, stdout } = await dissent(['compare', ...args, '--out', out]);
      assert.equal(exitCode, 254, `${String(stderr)}${String(stdout)}`);
      assert.match(String(stderr), says);
      assert.doesNotMatch(String(stderr), /\n\s+at /, 'a stack trace is not a message');
      assert.ok(!existsSync(out) || readdirSync(out).length === 0, 'no run folder');
    });
  }
});
