import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logPattern, troublePattern } from '#checkers/log-pattern';

describe('log-pattern', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dissent-log-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const log = (node: string, text: string) => {
    mkdirSync(join(folder, 'nodes', node), { recursive: true });
    writeFileSync(join(folder, 'nodes', node, 'log'), text);
  };
  const check = (checker = logPattern(), timeLimitMs = 60_000) =>
    checker.check({ history: [], folder, timeLimitMs });

  it('finds lines in the logs of all nodes, with file and number', async () => {
    log('n2', 'ready\nuncaught Error: boom\nready');
    log('n1', 'ready\nready\nready\npanic: term went back');
    const found = await check();
    assert.equal(found.valid, false);
    assert.deepEqual(found['matches'], [
      { file: 'nodes/n1/log', line: 4, text: 'panic: term went back' },
      { file: 'nodes/n2/log', line: 2, text: 'uncaught Error: boom' },
    ]);
    assert.equal(
      found.reason,
      'a node logged trouble: nodes/n1/log:4: panic: term went back, and 1 more lines',
    );
    assert.deepEqual(found.anomalies?.[1], {
      name: 'log-pattern',
      explanation: 'nodes/n2/log:2: uncaught Error: boom',
      operations: [],
    });
  });

  it('finds the last line of a node that gave up', async () => {
    log('n1', 'ready\nFATAL the log is corrupt at byte 4096\n');
    assert.equal((await check()).valid, false);
    log('n1', 'ready\nlost the connection to n2: not fatal\n');
    assert.equal((await check()).valid, true);
  });

  it('excuses what a process wrote that a fault made end, where nobody knows which of its lines says why', async () => {
    const error =
      'its files are damaged, and it ended with exit code 2: +0x1ea (lines 3 to 5 of its log)';
    const ended = (node: string) =>
      [
        { index: 0, time: 1, type: 'info', process: 'nemesis', f: 'node-lost', node, error },
      ] as const;
    const judged = async (node: string) =>
      (await logPattern().check({ history: ended(node), folder, timeLimitMs: 60_000 })).valid;
    log('n1', 'ready\nready\nstarted\nfatal error: fault\npanic: page 7\n');
    assert.equal(await judged('n1'), true);
    assert.equal(await judged('n2'), false);
    log('n1', 'ready\npanic: too early\nstarted\nfatal error: fault\nend\n');
    assert.equal(await judged('n1'), false);
    log('n1', 'ready\nready\nstarted\nfatal error: fault\nend\npanic: too late\n');
    assert.equal(await judged('n1'), false);
  });

  it('excuses the line with which a fault made this node end, and no other', async () => {
    const line = 'FATAL disk: /data/wal: EIO: i/o error, write (injected)';
    const ended = (f: string, node: string) =>
      ({ index: 0, time: 1, type: 'info', process: 'nemesis', f, node, error: line }) as const;
    const judged = async (f: string, node: string) =>
      (await logPattern().check({ history: [ended(f, node)], folder, timeLimitMs: 60_000 })).valid;
    log('n1', `ready\n${line}\nInjectedError: EIO\n`);
    assert.equal(await judged('node-stopped', 'n1'), true);
    assert.equal(await judged('node-lost', 'n1'), true);
    assert.equal(await judged('node-exit', 'n1'), false);
    assert.equal(await judged('node-stopped', 'n2'), false);
    log('n1', `${line}\nready\nFATAL invariant: two leaders in term 3\n`);
    assert.equal(await judged('node-stopped', 'n1'), false);
  });

  it('passes quiet logs, and says how many it read', async () => {
    log('n1', 'leader in term 3 (was candidate)\n');
    log('n2', '');
    assert.deepEqual(await check(), { valid: true, files: 2, matchCount: 0, matches: [] });
  });

  it('is content without a run folder, without logs in it, and with other files beside them', async () => {
    const without = await logPattern().check({ history: [], timeLimitMs: 1000 });
    assert.deepEqual(without, { valid: true, files: 0, matchCount: 0, matches: [] });
    assert.equal((await check())['files'], 0);
    log('n1', 'fine');
    writeFileSync(join(folder, 'nodes', 'n1', 'trace.jsonl'), 'panic');
    assert.equal((await check()).valid, true);
  });

  it('does not pass when a log cannot be read', async () => {
    mkdirSync(join(folder, 'nodes', 'n1', 'log'), { recursive: true });
    const found = await check();
    assert.equal(found.valid, 'unknown');
    assert.match(found.reason ?? '', /is a directory/);
  });

  it('does not pass when there was no time to read everything', async () => {
    log('n1', 'quiet\n'.repeat(5000));
    const found = await check(logPattern(), -1);
    assert.equal(found.valid, 'unknown');
    assert.match(found.reason ?? '', /out of time .* after 0 of 1 logs/);
  });

  it('takes any pattern, global ones too, and reports the first of very many matches', async () => {
    log('n1', 'oops\n'.repeat(1000));
    const found = await check(logPattern({ pattern: /o+ps/g, name: 'oops' }));
    assert.equal(found['matchCount'], 1000);
    assert.equal(found.anomalies?.length, 100);
  });

  it('knows trouble from daily life', () => {
    const trouble = [
      'thread main panicked at src/x.rs',
      'panic: runtime error',
      'invariant election-safety is violated: two leaders',
      'Uncaught TypeError: x is not a function',
      'unhandled promise rejection',
      'AssertionError [ERR_ASSERTION]: 1 !== 2',
      'FATAL ERROR: Reached heap limit - JavaScript heap out of memory',
    ];
    const daily = [
      'ready',
      'ERROR closed a connection to the peer port: bad frame',
      'cut off a torn tail of 12 bytes at offset 900 of log: checksum',
      'nobody leads in term 4, as far as this node knows',
      'companicable',
    ];
    assert.deepEqual(
      [...trouble, ...daily].filter((line) => troublePattern.test(line)),
      trouble,
    );
  });
});
