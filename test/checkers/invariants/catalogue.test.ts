import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { catalogue, corners, createCoverage } from '#checkers/invariants/index';
import { members, recordedTrace } from './support/recorded.ts';
import { PaxosScript, RaftScript } from './support/script.ts';

const page = readFileSync(new URL('../../../docs/invariants.md', import.meta.url), 'utf8');
const tests = ['raft', 'paxos'].map((name) =>
  readFileSync(new URL(`./${name}.test.ts`, import.meta.url), 'utf8'),
);

describe('the catalogue of invariants', () => {
  it('has a row in the documentation and a broken trace for each', () => {
    for (const [id, { name }] of Object.entries(catalogue)) {
      assert.match(page, new RegExp(`^\\| ${id} \\| ${name} \\|`, 'm'));
      assert.ok(
        tests.some((text) => text.includes(`'${id}'`)),
        `${id} is broken by no test`,
      );
    }
  });

  it('has a row for every corner', () => {
    for (const corner of Object.keys(corners)) assert.ok(page.includes(`| ${corner} |`), corner);
  });
});

describe('coverage', () => {
  it('has every counter of the algorithm, 0 where nothing happened', () => {
    const raft = createCoverage({ algorithm: 'raft', members }).counters();
    assert.equal(raft['log-conflict-truncated'], 0);
    assert.ok(!('hole-filled' in raft));
    assert.ok('hole-filled' in createCoverage({ algorithm: 'paxos', members }).counters());
    assert.deepEqual(new Set(Object.values(raft)), new Set([0]));
  });

  it('counts what a cluster went through', () => {
    for (const [algorithm, expected] of [
      [
        'raft',
        ['leader-elected', 'leader-changed', 'stale-leader', 'restart-with-log', 'read-confirmed'],
      ],
      [
        'paxos',
        [
          'leader-changed',
          'stale-leader',
          'caught-up',
          'restart-with-log',
          'two-ballots-in-one-slot',
        ],
      ],
    ] as const) {
      const coverage = createCoverage({ algorithm, members });
      for (const seed of [1, 2, 3, 4]) {
        for (const event of recordedTrace(algorithm, seed)) {
          coverage.observe({ ...event, incarnation: 100 * seed + event.incarnation });
        }
      }
      const counters = coverage.counters();
      for (const corner of expected)
        assert.ok((counters[corner] ?? 0) > 0, `${algorithm} ${corner}`);
    }
  });

  it('a split vote: two candidates of a term that nobody wins', () => {
    const script = new RaftScript();
    script.campaign('n1', 1);
    script.campaign('n2', 1);
    script.elect('n3', 2, ['n1']);
    script.append('n3', 7);
    script.replicate('n3', 'n1');
    script.commit('n3', 2);
    const coverage = createCoverage({ algorithm: 'raft', members });
    for (const event of script.events) coverage.observe(event);
    const { 'split-vote': split, 'rival-candidates': rivals } = coverage.counters();
    assert.deepEqual([split, rivals], [1, 2]);
  });

  it('one command in two ballots is taken up, another is not', () => {
    const script = PaxosScript.running();
    script.propose('n2', 2, 1, 7);
    script.propose('n3', 3, 1, 8);
    const coverage = createCoverage({ algorithm: 'paxos', members });
    for (const event of script.events) coverage.observe(event);
    const { 'two-ballots-in-one-slot': two, 'accepted-value-adopted': taken } = coverage.counters();
    assert.deepEqual([two, taken], [2, 1]);
  });
});
