import assert from 'node:assert/strict';
import {
  type Graph,
  graphs,
  type Outcome,
  subjects,
} from '../../bench/partial-connectivity/cells.ts';
import { measure } from '../../bench/partial-connectivity/measure.ts';
import { heading, measureCell, row } from '../../bench/partial-connectivity/table.ts';

const expected: Readonly<Record<string, Readonly<Record<string, Outcome>>>> = {
  'quorum-loss': {
    Raft: 'recovered',
    'Raft + PreVote': 'deadlocked',
    'Raft + CheckQuorum': 'recovered',
    'Raft + PreVote + CheckQuorum': 'recovered',
    'Multi-Paxos': 'recovered',
    'Multi-Paxos + canvass': 'deadlocked',
    'Multi-Paxos + CheckQuorum': 'recovered',
    'Multi-Paxos + canvass + CheckQuorum': 'recovered',
  },
  'constrained election': {
    Raft: 'deadlocked',
    'Raft + PreVote': 'deadlocked',
    'Raft + CheckQuorum': 'deadlocked',
    'Raft + PreVote + CheckQuorum': 'deadlocked',
    'Multi-Paxos': 'recovered',
    'Multi-Paxos + canvass': 'recovered',
    'Multi-Paxos + CheckQuorum': 'recovered',
    'Multi-Paxos + canvass + CheckQuorum': 'recovered',
  },
  chained: {
    Raft: 'recovered',
    'Raft + PreVote': 'recovered',
    'Raft + CheckQuorum': 'recovered',
    'Raft + PreVote + CheckQuorum': 'recovered',
    'Multi-Paxos': 'livelocked',
    'Multi-Paxos + canvass': 'recovered',
    'Multi-Paxos + CheckQuorum': 'livelocked',
    'Multi-Paxos + canvass + CheckQuorum': 'recovered',
  },
};

const graphOf = (name: string): Graph => {
  const graph = graphs.find((one) => one.name === name);
  assert.ok(graph, `no graph ${name}`);
  return graph;
};

describe('partial connectivity', function () {
  this.timeout(240_000);

  for (const [name, outcomes] of Object.entries(expected)) {
    it(`${name}: ends as the documentation says`, async () => {
      const seen: [string, Outcome][] = [];
      for (const subject of subjects) {
        const run = await measure(graphOf(name), subject, 1);
        seen.push([subject.name, run.outcome]);
        if (run.outcome === 'deadlocked') assert.equal(run.served, 0);
        else assert.ok(run.served > 0.9 * run.asked, `${subject.name} served ${run.served}`);
      }
      assert.deepEqual(Object.fromEntries(seen), outcomes);
    });
  }

  it('is the same every time, and told in one line', async () => {
    const [raft] = subjects;
    assert.ok(raft);
    const cell = await measureCell(graphOf('quorum-loss'), raft, [7]);
    assert.deepEqual(cell, await measureCell(graphOf('quorum-loss'), raft, [7]));
    assert.equal(cell.isUnanimous, true);
    assert.match(row(cell), /^ {2}Raft +recovered +recovered +1 +\d+ +[\d.]+ m?s/);
    assert.equal(row(cell).indexOf('recovered'), heading('quorum-loss').indexOf('outcome'));
  });

  it('says so when seeds differ, and when the paper says otherwise', () => {
    const run = { seed: 1, leaderChanges: 0, elections: 3, outageMs: 10, served: 1, asked: 2 };
    const leaders = ['n3', 'n1'] as const;
    const runs = [
      { ...run, outcome: 'recovered', recoveryMs: 5, leaders },
      { ...run, outcome: 'recovered', recoveryMs: 7, leaders },
      { ...run, outcome: 'livelocked', leaderChanges: 9, leaders },
    ] as const;
    const cell = { graph: 'chained', subject: 'X', outcome: 'recovered', runs } as const;
    const line = row({ ...cell, isUnanimous: false, published: 'deadlocked' });
    assert.match(line, /2x recovered, 1x livelocked {2,}deadlocked \(!\) +0-9 +3 +7 ms/);
  });
});
