import assert from 'node:assert/strict';
import { renderCampaignHtml } from '#reports/campaign-html';
import { campaignMarkdown } from '#reports/campaign-markdown';
import { campaignConsole } from '#reports/campaign-words';
import { contestOf } from '#src/campaign/contest';
import { digest } from '#src/campaign/digest';
import { mergeCampaigns, rebased } from '#src/campaign/merge';
import { exitCodeOf } from '#src/campaign/outcome';
import { campaignSchema } from '#src/campaign/record';
import { presentAndMissing } from '#src/campaign/shards';
import { campaign, fault, huntOf, run } from './support.ts';

describe('campaign: exit code', () => {
  const code = (...codes: readonly number[]) =>
    exitCodeOf(campaign({ runs: codes.map((exitCode, seed) => run({ exitCode, seed })) }));

  it('is that of the worst: a violation, a cluster that stayed down, the harness, not knowing', () => {
    assert.equal(code(0, 0), 0);
    assert.equal(code(0, 2), 2);
    assert.equal(code(2, 255, 0), 255);
    assert.equal(code(255, 3, 2), 3);
    assert.equal(code(3, 1, 255, 0), 1);
    assert.equal(code(), 2);
  });

  it('counts hunts as well, and an interruption when nothing failed', () => {
    const failed = huntOf({ valid: false });
    assert.equal(exitCodeOf(campaign({ runs: [run({})], hunts: [failed] })), 1);
    assert.equal(exitCodeOf(campaign({ runs: [run({})], interrupted: true })), 130);
    assert.equal(exitCodeOf(campaign({ runs: [run({ exitCode: 3 })], interrupted: true })), 3);
  });

  it('is unknown for shards that were put together when one is missing, not for a shard alone', () => {
    const shard = (index: number) =>
      campaign({ runs: [run({})], shards: [{ seed: 1, index, of: 3 }] });
    assert.equal(exitCodeOf(shard(2)), 0);
    assert.equal(exitCodeOf(mergeCampaigns([shard(1), shard(2)], 'x')), 2);
    assert.equal(exitCodeOf(mergeCampaigns([shard(1), shard(2), shard(3)], 'x')), 0);
  });

  it('does not mind a fault that never took effect in a run, as long as it did in another of the same system', () => {
    const missed = run({
      exitCode: 2,
      seed: 1,
      missed: ['pause'],
      reasons: ['the planned fault pause never took effect'],
      faults: [fault({ kind: 'pause', outcome: 'skipped' })],
    });
    const paused = (system: string) =>
      run({ seed: 2, system, faults: [fault({ kind: 'pause', firing: 'pause' })] });
    const other = missed.system === 'raft' ? 'paxos' : 'raft';
    const whole = campaign({ runs: [missed, paused(missed.system)] });
    assert.equal(exitCodeOf(whole), 0);
    assert.equal(exitCodeOf(campaign({ runs: [missed, paused(other)] })), 2);
    assert.equal(exitCodeOf(campaign({ runs: [missed] })), 2);
    const { missed: _, ...unknown } = missed;
    assert.equal(exitCodeOf(campaign({ runs: [unknown, paused(missed.system)] })), 2);
    const data = digest(whole, '');
    assert.deepEqual([data.valid, data.failures, data.madeUpFor], [true, [], 1]);
    assert.match(campaignConsole(data).join('\n'), /Valid: .*\n.*In 1 run a planned fault never/s);
  });

  it('is unknown where there was no time for all that was asked for, in one line; a shard leaves that to who merges', () => {
    const partly = campaign({ runs: [run({})], notRun: ['real raft cuts', 'real raft storm'] });
    assert.equal(exitCodeOf(partly), 2);
    const data = digest(partly, 'store/chaos/1');
    assert.equal(data.valid, 'unknown');
    assert.match(
      campaignConsole(data).join('\n'),
      /^Unknown: No failure in 1 real run of raft and paxos, but there was no time for 2 parts of .*: give it more minutes\.$/m,
    );
    assert.equal(exitCodeOf({ ...partly, interrupted: true }), 130);
    assert.equal(exitCodeOf({ ...partly, runs: [run({ exitCode: 3 })] }), 3);

    const shard = (index: number, group: string) =>
      campaign({
        runs: [run({ group, system: 'raft' })],
        notRun: ['real raft cuts', 'real raft storm'].filter((one) => !one.endsWith(group)),
        shards: [{ seed: 1, index, of: 2 }],
      });
    assert.equal(exitCodeOf(shard(1, 'cuts')), 0);
    assert.equal(exitCodeOf(mergeCampaigns([shard(1, 'cuts'), shard(2, 'storm')], 'x')), 0);
    assert.equal(exitCodeOf(mergeCampaigns([shard(1, 'cuts'), shard(2, 'cuts')], 'x')), 2);
  });
});

describe('campaign: who lost less', () => {
  const losses = (pairs: readonly (readonly [raft: number, paxos: number])[]) =>
    campaign({
      runs: pairs.flatMap(([raft, paxos], seed) => [
        run({ seed, system: 'raft', faults: [fault({ lostMs: raft })] }),
        run({ seed, system: 'paxos', faults: [fault({ lostMs: paxos })] }),
      ]),
    });

  it('pairs firings of the same schedule, and says when it is more than noise', () => {
    const [all, kill] = contestOf(losses(Array.from({ length: 7 }, () => [300, 700])));
    assert.equal(all?.kind, null);
    assert.equal(kill?.kind, 'kill');
    assert.deepEqual(kill?.lostMs, { raft: 2100, paxos: 4900 });
    assert.deepEqual([kill?.less, kill?.lessOften, kill?.moreOften], ['raft', 7, 0]);
    assert.equal(kill?.verdict, 'more-than-noise');
  });

  it('does not take a single large loss for a steady one, nor few pairs for many', () => {
    const one = contestOf(
      losses([[300, 9000], ...Array.from({ length: 8 }, () => [400, 300] as const)]),
    );
    assert.equal(one[0]?.less, 'raft');
    assert.equal(one[0]?.verdict, 'within-noise');
    assert.equal(
      contestOf(losses(Array.from({ length: 4 }, () => [300, 700])))[0]?.verdict,
      'too-few',
    );
  });

  it('leaves out what did not take effect in every system', () => {
    const missed = campaign({
      runs: [
        run({
          system: 'raft',
          faults: [fault({ lostMs: 100 }), fault({ firing: 'b', lostMs: 5000 })],
        }),
        run({
          system: 'paxos',
          faults: [fault({ lostMs: 200 }), fault({ firing: 'b', outcome: 'skipped' })],
        }),
      ],
    });
    assert.deepEqual(contestOf(missed)[0]?.lostMs, { raft: 100, paxos: 200 });
    assert.deepEqual(contestOf({ ...missed, systems: ['raft'] }), []);
  });
});

describe('campaign: the report', () => {
  it('puts violations first, with the line that replays them', () => {
    const data = digest(
      campaign({
        runs: [
          run({ exitCode: 2, reasons: ['nothing happened'] }),
          run({
            exitCode: 1,
            seed: 9,
            reasons: ['stale'],
            folder: 'real/x/1',
            repro: 'real/x/1/repro.json',
          }),
        ],
      }),
      'store/chaos/1',
    );
    const [first] = data.failures;
    assert.equal(first?.outcome, 'violation');
    assert.equal(first.replay, 'npx dissent replay store/chaos/1/real/x/1/repro.json');
    assert.equal(first.report, 'real/x/1/report.html');
    assert.equal(data.valid, false);
    assert.match(campaignConsole(data).join('\n'), /Violation: 1 failure in 2 real runs/);
  });

  it('counts what was not seen as later than everything that was', () => {
    const spread = (values: readonly (number | null)[]) => {
      const faults = values.map((recoveryMs, i) => fault({ firing: String(i), recoveryMs }));
      return digest(campaign({ runs: [run({ faults })] }), '').impacts[0]?.figures.recoveryMs;
    };
    const late = { p90: null, max: null };
    assert.deepEqual(spread([100, 200, null]), { n: 3, missing: 1, median: 200, ...late });
    assert.deepEqual(spread([100, 200, null, null]), { n: 4, missing: 2, median: null, ...late });
  });

  it('takes the middle of two for the median, so that neither of an even number is flattered', () => {
    const runs = [0.8, 0.9, 1, 0.6].map((availability, seed) =>
      run({
        seed,
        availability,
        faults: [fault({ firing: String(seed), recoveryMs: 100 * seed })],
      }),
    );
    const data = digest(campaign({ runs }), '');
    assert.equal(data.groups[0]?.availabilityMedian?.toFixed(3), '0.850');
    assert.equal(data.impacts[0]?.figures.recoveryMs.median, 150);
    const three = digest(campaign({ runs: runs.slice(1) }), '');
    assert.equal(three.groups[0]?.availabilityMedian?.toFixed(3), '0.900');
  });

  it('stays small and readable however many runs there are', () => {
    const many = Array.from({ length: 3000 }, (_, seed) =>
      run({
        seed,
        exitCode: seed % 2,
        reasons: ['x'.repeat(300)],
        folder: `real/kill-${seed}/2026`,
        faults: Array.from({ length: 8 }, (__, i) => fault({ firing: `${seed} ${i}` })),
      }),
    );
    const data = digest(campaign({ runs: many }), 'store/chaos/1');
    assert.ok(data.failures.length <= 100 && data.failuresLeft === 1400);
    assert.ok(data.runs.length <= 400 && data.runsLeft === 2600);
    assert.ok(renderCampaignHtml(data).length < 400_000);
    assert.ok(campaignMarkdown(data).length < 60_000);
  });

  it('lets nothing in a reason act, neither in Markdown nor in the page', () => {
    const attack = '</script><img src=x onerror=alert(1)>|[x](javascript:1)\u001b[2J\n# h';
    const data = digest(campaign({ runs: [run({ exitCode: 1, reasons: [attack] })] }), '');
    const text = campaignMarkdown(data);
    assert.doesNotMatch(text, /<img|^# h/m);
    assert.ok(!text.includes('\u001b'));
    assert.doesNotMatch(renderCampaignHtml(data), /<img/);
  });
});

describe('campaign: shards', () => {
  it('are put together with their paths, and hunts of the same kind added up', () => {
    const one = campaign({
      runs: [run({ folder: 'real/a/1', repro: 'real/a/1/repro.json', exitCode: 1 })],
      hunts: [huntOf({})],
      notRun: ['real raft storm', 'real raft cuts'],
      shards: [{ seed: 1, index: 1, of: 2 }],
    });
    const two = campaign({
      runs: [run({ group: 'storm', seed: 2 })],
      hunts: [huntOf({})],
      notRun: ['real raft cuts'],
      shards: [{ seed: 1, index: 2, of: 2 }],
    });
    const merged = mergeCampaigns([rebased(one, '/x/shards/1', '/x/merged'), two], 'again');
    assert.equal(merged.runs[0]?.folder, '../shards/1/real/a/1');
    assert.equal(merged.runs[0]?.repro, '../shards/1/real/a/1/repro.json');
    assert.deepEqual(presentAndMissing(merged.shards), { had: ['1/2', '2/2'], missing: [] });
    assert.equal(merged.hunts.length, 1);
    assert.equal(merged.hunts[0]?.result.runs, 20);
    assert.deepEqual(merged.hunts[0]?.result.coverage, { 'raft.elected': 6, 'raft.never': 0 });
    assert.deepEqual(merged.notRun, ['real raft cuts']);
    assert.deepEqual(campaignSchema.parse(JSON.parse(JSON.stringify(merged))), merged);
  });

  it('are refused where seeds would count twice, and where they are not of one campaign', () => {
    const shard = (index: number, of: number, seed: number) =>
      campaign({ shards: [{ seed, index, of }], seed });
    const merging =
      (...parts: ReturnType<typeof shard>[]) =>
      () =>
        mergeCampaigns(parts, 'again');
    assert.throws(merging(shard(2, 4, 1), shard(2, 4, 1)), /shard 2\/4 .* is there twice/);
    assert.throws(merging(shard(1, 1, 7), shard(1, 1, 7)), /shard 1\/1 .* is there twice/);
    assert.throws(merging(shard(1, 2, 1), shard(2, 4, 1)), /not shards of one campaign: of 2, 4/);
    assert.throws(merging(shard(1, 2, 1), shard(2, 2, 5)), /first seeds 1, 5/);
    // Two nights, each of them whole.
    assert.deepEqual(presentAndMissing(merging(shard(1, 1, 1), shard(1, 1, 2))().shards), {
      had: ['1/1'],
      missing: [],
    });
  });

  it('that are all there may still leave out groups of faults, which is said', () => {
    const cell = (...groups: string[]) =>
      campaign({ runs: [run({})], shards: [{ seed: 1, index: 1, of: 1, groups }] });
    const some = digest(mergeCampaigns([cell('cuts', 'links'), cell('storm')], 'x'), '');
    assert.ok(some.leftOut.includes('clocks') && !some.leftOut.includes('links'));
    assert.match(
      campaignConsole(some).join('\n'),
      /It was not to play \d groups of faults: processes, clocks/,
    );
    assert.deepEqual(digest(campaign({ runs: [run({})] }), '').leftOut, []);
  });

  it('by faults and seeds make a matrix: each cell counts once, and those that are missing are named', () => {
    const cell = (groups: readonly string[] | undefined, index: number) =>
      campaign({
        runs: [run({})],
        shards: [
          { seed: 1, index, of: 2, ...(groups === undefined ? {} : { groups: [...groups] }) },
        ],
      });
    const three = [cell(['cuts'], 1), cell(['cuts'], 2), cell(['clocks', 'links'], 2)];
    const merged = mergeCampaigns(three, 'x');
    assert.deepEqual(presentAndMissing(merged.shards), {
      had: ['cuts 1/2', 'cuts 2/2', 'clocks,links 2/2'],
      missing: ['clocks,links 1/2'],
    });
    assert.equal(exitCodeOf(merged), 2);
    assert.equal(exitCodeOf(mergeCampaigns([merged, cell(['links', 'clocks'], 1)], 'x')), 0);
    const twice = /is there twice/;
    assert.throws(() => mergeCampaigns([...three, cell(['links'], 2)], 'x'), twice);
    assert.throws(() => mergeCampaigns([...three, cell(undefined, 1)], 'x'), twice);
  });
});
