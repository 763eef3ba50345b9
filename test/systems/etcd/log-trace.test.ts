/** Who leads, out of what etcd logs. */

import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventIn, followLogs } from '#src/systems/etcd/log-trace';

/** As etcd 3.4.23 logged them. */
const lines = {
  started:
    '{"level":"info","ts":"2026-11-21T10:46:47.108Z","caller":"embed/etcd.go:117","msg":"configuring peer listeners","listen-peer-urls":["http://127.0.0.1:15001"]}',
  preCandidate:
    '{"level":"info","ts":"2026-11-21T10:46:49.545Z","caller":"raft/raft.go:735","msg":"25263d3b46cb479d became pre-candidate at term 1"}',
  candidate:
    '{"level":"info","ts":"2026-11-21T10:46:51.246Z","caller":"raft/raft.go:719","msg":"25263d3b46cb479d became candidate at term 2"}',
  leader:
    '{"level":"info","ts":"2026-11-21T10:46:51.302Z","caller":"raft/raft.go:771","msg":"25263d3b46cb479d became leader at term 2"}',
  elected:
    '{"level":"info","ts":"2026-11-21T10:46:51.302Z","caller":"raft/node.go:327","msg":"raft.node: 25263d3b46cb479d elected leader 25263d3b46cb479d at term 2"}',
  follower:
    '{"level":"info","ts":"2026-11-21T10:46:55.719Z","caller":"raft/raft.go:706","msg":"25263d3b46cb479d became follower at term 3"}',
};

describe("etcd's log", () => {
  it('says when a member started, campaigned, led and followed', () => {
    assert.deepEqual(eventIn(lines.started), { kind: 'started' });
    assert.deepEqual(eventIn(lines.leader), { kind: 'role', ev: 'becomeLeader', term: 2 });
    assert.deepEqual(eventIn(lines.follower), { kind: 'role', ev: 'becomeFollower', term: 3 });
    assert.equal(eventIn(lines.elected), undefined);
    assert.equal(eventIn('became leader at term 2'), undefined);
  });

  it('becomes a trace, one incarnation per start, also of lines that come in parts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dissent-etcd-log-'));
    const log = {
      node: 'n1',
      logFile: join(folder, 'log'),
      traceFile: join(folder, 'trace.jsonl'),
    };
    const following = followLogs([log]);
    const { started, preCandidate, candidate, leader, elected, follower } = lines;
    appendFileSync(
      log.logFile,
      `${started}\n${preCandidate}\n${candidate}\n${leader.slice(0, 90)}`,
    );
    appendFileSync(log.logFile, `${leader.slice(90)}\n${elected}\n${started}\n${follower}\n`);
    following[Symbol.dispose]();
    const events = readFileSync(log.traceFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      events.map(({ node, incarnation, seq, ev, term }) => [node, incarnation, seq, ev, term]),
      [
        ['n1', 1, 1, 'started', undefined],
        ['n1', 1, 2, 'becomePreCandidate', 1],
        ['n1', 1, 3, 'becomeCandidate', 2],
        ['n1', 1, 4, 'becomeLeader', 2],
        ['n1', 2, 1, 'started', undefined],
        ['n1', 2, 2, 'becomeFollower', 3],
      ],
    );
    rmSync(folder, { recursive: true });
  });
});
