/** Whole tests in the simulated world: the same every time, valid for sound algorithms, and faults that take effect. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSpec, type TestRequest } from '#src/run/build-spec';
import { runTest } from '#src/run/run-test';
import { type Simulated, type SimulateOptions, simulate } from '#src/run/simulate';
import type { TestSpec } from '#src/run/spec';
import type { SimEvent, Traced } from '#src/sim/index';

function specOf(request: Partial<TestRequest>, seed = 7): TestSpec {
  const small = { system: 'raft', nodes: 3, clients: 3, rate: 40, time: 6 };
  return buildSpec({ ...small, world: 'sim', ...request }, seed);
}

const hashed = (spec: TestSpec, options: SimulateOptions = {}): Promise<Simulated> =>
  simulate(spec, { hash: true, ...options });

const rough = {
  network: { transport: 'datagram', loss: 0.02, duplicates: 0.05, reordered: 0.05 },
};
const nemesis = ['partition', 'kill', 'pause'];

describe('sim: determinism', () => {
  for (const system of ['raft', 'paxos', 'single-decree']) {
    for (const sim of [undefined, rough]) {
      it(`${system}, ${sim === undefined ? 'streams' : 'datagrams'}: the same seed is the same run, watched or not, by reference or as JSON`, async () => {
        const spec = specOf({ system, nemesis, ...(sim && { sim }) });
        const first = await hashed(spec);
        const watched: Traced[] = [];
        const again = await hashed(spec, {
          serialise: true,
          measure: true,
          observe: (event) => watched.push(event),
          witness: () => undefined,
        });
        assert.equal(again.traceHash, first.traceHash);
        assert.equal(JSON.stringify(again.history), JSON.stringify(first.history));
        assert.deepEqual(again.faults, first.faults);
        assert.ok(watched.length > 100);
        const other = await hashed({ ...spec, seed: 8 });
        assert.notEqual(other.traceHash, first.traceHash);
      });
    }
  }
});

describe('sim: runs', () => {
  const store = mkdtempSync(join(tmpdir(), 'dissent-sim-'));
  after(() => rmSync(store, { recursive: true, force: true }));

  for (const system of ['raft', 'paxos']) {
    it(`${system} keeps its promise through partitions, kills and pauses, and its folder says so`, async () => {
      const spec = specOf({ system, nodes: 5, clients: 5, rate: 100, time: 9, nemesis });
      const { folder, results } = await runTest(spec, { store });
      assert.equal(results.valid, true, results.reasons.join('\n'));
      assert.equal(results.world, 'sim');
      assert.match(results.traceHash ?? '', /^[0-9a-f]{16}$/);
      assert.deepEqual(new Set(results.faults.map(({ kind }) => kind)), new Set(nemesis));
      assert.ok(results.faults.every(({ outcome }) => outcome.kind === 'installed'));
      assert.ok((results.cost.messagesPerOp ?? 0) > 1);
      assert.ok((results.cost.bytesPerOp ?? 0) > 50);
      const again = await runTest(spec, { store });
      assert.equal(again.results.traceHash, results.traceHash);
      const read = (file: string, of = folder): string => readFileSync(join(of, file), 'utf8');
      assert.equal(read('history.jsonl', again.folder), read('history.jsonl'));
      assert.equal(read('nodes/n2/trace.jsonl', again.folder), read('nodes/n2/trace.jsonl'));
    });
  }

  it('a fault that is left out changes nothing before its time', async () => {
    const schedule = [
      { at: 1_000, for: 500, fault: { kind: 'pause' }, target: 'n1' },
      { at: 3_000, for: 500, fault: { kind: 'pause' }, target: 'n2' },
    ];
    const both = await simulate(specOf({ schedule }));
    const first = await simulate(specOf({ schedule: schedule.slice(0, 1) }));
    const early = ({ history }: Simulated): string =>
      JSON.stringify(history.filter(({ time }) => time < 3e9));
    assert.equal(early(both), early(first));
    assert.notEqual(JSON.stringify(both.history), JSON.stringify(first.history));
  });

  it('every event is witnessed in order of time', async () => {
    const events: SimEvent[] = [];
    await simulate(specOf({ nemesis: ['kill'] }), { witness: (event) => events.push(event) });
    const kinds = new Set(events.map(({ kind }) => kind));
    for (const kind of ['sent', 'delivered', 'crash', 'started', 'write', 'fsync'] as const) {
      assert.ok(kinds.has(kind), `no ${kind}`);
    }
    assert.ok(events.every(({ timeNs }, i) => timeNs >= (events[i - 1]?.timeNs ?? 0)));
    const sent = events.find((event) => event.kind === 'sent' && event.message === 'append');
    assert.ok(sent?.kind === 'sent' && sent.term !== undefined);
  });

  it('a node that breaks one of its own rules ends, and that is told', async () => {
    const spec = specOf({});
    const run = await simulate(spec, {
      onCluster: (cluster) => {
        cluster.timeline.at(3e9, () => {
          const nodes = ['n1', 'n2', 'n3'].map((name) => cluster.node(name));
          for (const one of nodes) {
            const status = one.status();
            if (status?.role !== 'leader') continue;
            const from = one.id === 'n1' ? 'n2' : 'n1';
            const message = { kind: 'heartbeat', term: status.term, commit: 0, round: 1 };
            one.peer(from, { kind: 'algorithm', message });
          }
        });
      },
    });
    assert.equal(run.brokenNodes.length, 1);
    assert.match(run.brokenNodes[0]?.error ?? '', /^invariant: .*two leaders in term/);
    const exit = run.history.find(({ f }) => f === 'node-exit');
    assert.equal(exit?.node, run.brokenNodes[0]?.node);
  });
});
