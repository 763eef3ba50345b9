import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultLimits, defaultTiming } from '#src/consensus/algorithm';
import { BadInput } from '#src/errors';
import type { NodeConfig } from '#src/node/config';
import { realFiles } from '#src/node/durable-file';
import { nextIncarnation } from '#src/node/incarnation';
import { readConfig } from '#src/node/read-config';
import { openTrace } from '#src/node/trace-writer';

describe('what a node starts from', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'dissent-start-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const config: NodeConfig = {
    algorithm: 'raft',
    self: 'n1',
    members: ['n1', 'n2'],
    peerListen: { host: '127.0.0.1', port: 1 },
    peers: { n2: { host: '127.0.0.1', port: 2 } },
    clientListen: { host: '127.0.0.1', port: 3 },
    dataDir: 'data',
    timing: defaultTiming,
    limits: defaultLimits,
    seed: 1,
    options: { reads: 'read-index' },
  };
  const read = (value: unknown): NodeConfig => {
    const file = join(directory, 'config.json');
    writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
    return readConfig(file);
  };

  it('is its configuration', () => {
    assert.deepEqual(read(config), config);
    assert.deepEqual(read({ ...config, traceFile: 't' }), { ...config, traceFile: 't' });
  });

  it('a wrong configuration is refused with everything that is wrong', () => {
    const wrong = {
      ...config,
      self: 'n9',
      members: ['n1', 'n1', 'n2'],
      peers: { n5: { host: '127.0.0.1', port: 5 } },
      timing: { heartbeatMs: 300, electionTimeoutMs: 50 },
    };
    assert.throws(
      () => read(wrong),
      (error) => {
        assert(error instanceof BadInput);
        for (const part of ['config.json', 'twice', '"n9"', 'peers.n2', 'peers.n5', 'heartbeat']) {
          assert(error.message.includes(part), `${part} in ${error.message}`);
        }
        return true;
      },
    );
    assert.throws(() => read({ ...config, algorithm: 'zab' }), /algorithm/);
    assert.throws(() => read({ ...config, speed: 1 }), /speed/);
    assert.throws(() => read('{'), /is not JSON/);
    assert.throws(() => readConfig(join(directory, 'none.json')), /cannot read/);
  });

  it('is a new incarnation each time, also when the wall clock goes back or the directory is new', () => {
    assert.equal(nextIncarnation(directory, 5000.7, realFiles), 5000);
    assert.equal(nextIncarnation(directory, 4000, realFiles), 5001);
    assert.equal(nextIncarnation(directory, 6000, realFiles), 6000);
    assert.equal(nextIncarnation(join(directory, 'new'), 6001, realFiles), 6001);
    writeFileSync(join(directory, 'incarnation'), 'x');
    assert.throws(() => nextIncarnation(directory, 7000, realFiles), /does not hold/);
  });

  it('traces every event in order, with one clock and a number without gaps', () => {
    const file = join(directory, 'deep', 'trace.jsonl');
    for (const incarnation of [1, 2]) {
      const trace = openTrace(file, 'n1', incarnation);
      trace.event({ ev: 'becomeFollower', term: 1 });
      trace.event({ ev: 'persist', sequence: 5 });
      trace.close();
    }
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const parsed = lines.map((line) => JSON.parse(line));
    assert.deepEqual(
      parsed.map(({ node, incarnation, seq, ev }) => [node, incarnation, seq, ev]),
      [
        ['n1', 1, 1, 'becomeFollower'],
        ['n1', 1, 2, 'persist'],
        ['n1', 2, 1, 'becomeFollower'],
        ['n1', 2, 2, 'persist'],
      ],
    );
    const times = parsed.map(({ timeNs }) => timeNs);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
  });
});
