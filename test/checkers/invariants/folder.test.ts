/** The checker on run folders: traces of processes that were killed lack lines, and that must not look like a violation. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invariants } from '#checkers/invariants';
import type { Traced } from '#checkers/invariants/index';
import { members, recordedTrace } from './support/recorded.ts';
import { PaxosScript, RaftScript } from './support/script.ts';

const lineOf = ({ timeNs, node, incarnation, seq, ...details }: Traced): string =>
  JSON.stringify({ timeNs, node, incarnation, seq, ...details });

/** The traces of every node as lines, numbered within each incarnation as a node does. */
function linesOf(events: readonly Traced[]): Record<string, string[]> {
  const lines: Record<string, string[]> = {};
  const seqs = new Map<string, number>();
  for (const event of events) {
    const of = `${event.node}/${event.incarnation}`;
    const seq = (seqs.get(of) ?? 0) + 1;
    seqs.set(of, seq);
    const own = lines[event.node] ?? [];
    own.push(lineOf({ ...event, seq }));
    lines[event.node] = own;
  }
  return lines;
}

async function check(
  texts: Readonly<Record<string, string>>,
  timeLimitMs = 10_000,
  test?: Readonly<Record<string, unknown>>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'dissent-invariants-'));
  if (test !== undefined) writeFileSync(join(folder, 'test.json'), JSON.stringify(test));
  for (const [node, text] of Object.entries(texts)) {
    mkdirSync(join(folder, 'nodes', node), { recursive: true });
    writeFileSync(join(folder, 'nodes', node, 'trace.jsonl'), text);
  }
  try {
    return await invariants().check({ history: [], folder, timeLimitMs });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const joined = (lines: Readonly<Record<string, readonly string[]>>): Record<string, string> =>
  Object.fromEntries(Object.entries(lines).map(([node, of]) => [node, `${of.join('\n')}\n`]));

describe('the invariants checker', () => {
  it('passes whole traces, and says how much it looked at and which corners were reached', async () => {
    for (const algorithm of ['raft', 'paxos'] as const) {
      const trace = recordedTrace(algorithm, 4);
      const result = await check(joined(linesOf(trace)));
      assert.equal(result.valid, true, result.reason);
      assert.deepEqual(
        [result['checked'], result['skipped'], result['nodes']],
        [trace.length, 0, members.length],
      );
      const corners = result['corners'] as Record<string, number>;
      assert.ok((corners['leader-changed'] ?? 0) > 0);
    }
  });

  it('names the invariant and both events', async () => {
    const script = new RaftScript(5);
    script.elect('n1', 1, ['n2', 'n3']);
    script.campaign('n5', 1);
    script.lead('n5', 1);
    const result = await check(joined(linesOf(script.events)));
    assert.equal(result.valid, false);
    const [anomaly] = result.anomalies ?? [];
    assert.equal(anomaly?.name, 'I1 election-safety');
    assert.match(anomaly.explanation, /n1 and n5 both become leader of term 1/);
    assert.match(anomaly.explanation, /\nn1 .* becomeLeader .*\nn5 .* becomeLeader /);
    const violations = result['violations'] as { readonly events: readonly Traced[] }[];
    assert.deepEqual(
      violations[0]?.events.map(({ node, ev }) => [node, ev]),
      [
        ['n1', 'becomeLeader'],
        ['n5', 'becomeLeader'],
      ],
    );
  });

  it('a node that was killed took the end of its trace with it: nothing is concluded from what is missing', async () => {
    for (const algorithm of ['raft', 'paxos'] as const) {
      for (const seed of [1, 2, 3, 4, 5, 6]) {
        const lines = linesOf(recordedTrace(algorithm, seed));
        for (const node of members) {
          const own = lines[node] ?? [];
          const restart = own.findIndex((line) => line.includes('"incarnation":2'));
          if (restart < 0) continue;
          for (const gone of [1, 3, 10, 40, 120]) {
            const left = own.toSpliced(restart - gone, gone);
            const result = await check(joined({ ...lines, [node]: left }));
            assert.equal(
              result.valid,
              true,
              `${algorithm} ${seed} ${node} ${gone}: ${result.reason}`,
            );
          }
        }
      }
    }
  });

  it('passes over torn lines, also with a new first line after them, and uses nothing after a gap', async () => {
    const lines = linesOf(recordedTrace('raft', 1));
    const [node, own] = Object.entries(lines).find(([, all]) =>
      all.some((line) => line.includes('"incarnation":2')),
    ) ?? ['', []];
    const restart = own.findIndex((line) => line.includes('"incarnation":2'));
    const torn = own[restart - 1]?.slice(0, 60) ?? '';
    const glued = own.toSpliced(restart - 1, 2, torn + (own[restart] ?? ''));
    const result = await check(joined({ ...lines, [node]: glued }));
    assert.deepEqual([result.valid, result['skipped']], [true, 0], result.reason);
    const gap = await check(joined({ ...lines, [node]: own.toSpliced(20, 1) }));
    assert.equal(gap.valid, true, gap.reason);
    assert.equal(gap['skipped'], restart - 21);
    const last = joined(lines);
    const cut = await check({ ...last, [node]: `${last[node]}{"timeNs":99,"node":"n1","ev":"app` });
    assert.deepEqual([cut.valid, cut['skipped']], [true, 1]);
  });

  it('a violation is found though another node was killed', async () => {
    const script = RaftScript.running();
    script.restart('n3');
    script.recovered('n3');
    script.commit('n2', 2, 'follower');
    script.apply('n2', 2, { hash: 99 });
    const result = await check(joined(linesOf(script.events)));
    assert.equal(result.valid, false);
    assert.equal(result.anomalies?.[0]?.name, 'I5 state-machine-safety');
    const paxos = PaxosScript.running();
    paxos.restart('n3');
    paxos.recovered('n3');
    paxos.propose('n1', 1, 1, 8);
    assert.equal(
      (await check(joined(linesOf(paxos.events)))).anomalies?.[0]?.name,
      'I27 one-command-per-ballot',
    );
  });

  it('concludes nothing from a trace of a simulation that was cut off', async () => {
    const test = { system: 'raft', world: 'sim', trace: true, nodes: members.length };
    for (const seed of [1, 2, 3]) {
      const whole = joined(linesOf(recordedTrace('raft', seed)));
      assert.equal((await check(whole, 10_000, test)).valid, true);
      for (const node of members) {
        const text = whole[node] ?? '';
        for (const share of [0.1, 0.5, 0.9]) {
          const cut = { ...whole, [node]: text.slice(0, text.length * share).trimEnd() };
          const result = await check(cut, 10_000, test);
          assert.equal(result.valid, true, `${seed} ${node} ${share}: ${result.reason}`);
        }
      }
    }
  });

  it('does not pass what it could not look at: a node, or all of them, without the trace that the test asked for', async () => {
    const test = { system: 'raft', world: 'sim', trace: true, nodes: members.length };
    for (const world of ['sim', 'real']) {
      const whole = joined(linesOf(recordedTrace('raft', 1)));
      const empty = await check({ ...whole, n2: '' }, 10_000, { ...test, world });
      assert.equal(empty.valid, 'unknown');
      assert.match(empty.reason ?? '', /no trace is left of n2/);
      const { n2: _, ...others } = whole;
      const gone = await check(others, 10_000, { ...test, world });
      assert.equal(gone.valid, 'unknown', 'its quorums are still those of all nodes');
      assert.match(gone.reason ?? '', /no trace is left of n2/);
    }
    const none = await check({}, 10_000, test);
    assert.equal(none.valid, 'unknown');
    assert.match(none.reason ?? '', /no traces .* though the test was to leave some/);
    for (const other of [{ trace: false }, { system: 'etcd' }]) {
      assert.equal((await check({}, 10_000, { ...test, ...other })).valid, true);
    }
  });

  it('without traces it says that it checked nothing; out of time it does not know', async () => {
    const none = await invariants().check({ history: [], timeLimitMs: 1 });
    assert.deepEqual([none.valid, none['checked']], [true, 0]);
    const other = await check({
      n1: '{"timeNs":1,"node":"n1","incarnation":1,"seq":1,"ev":"prepared"}\n',
    });
    assert.deepEqual([other.valid, other['checked']], [true, 0]);
    const long = recordedTrace('raft', 2);
    assert.equal((await check(joined(linesOf(long)), -1)).valid, 'unknown');
  });
});
