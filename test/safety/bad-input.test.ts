/** What cannot be used is refused with exit code 254, one message that helps, and nothing left running. */

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { dissent, processesWith, temporaryStore } from './support.ts';

describe('bad input', function () {
  this.timeout(240_000);
  const store = temporaryStore();
  after(() => store.remove());

  const file = (name: string, content: string): string => {
    const path = join(store.path, name);
    writeFileSync(path, content);
    return path;
  };

  const refused: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    ['an unknown system', () => ['test', 'zab'], /"zab".*raft/s],
    ['an unknown workload', () => ['test', 'raft', '--workload', 'nope'], /"nope".*register/s],
    [
      'an unknown fault',
      () => ['test', 'raft', '--nemesis', 'partition,meteor'],
      /"meteor".*pause/s,
    ],
    ['no fault', () => ['test', 'raft', '--nemesis', ','], /"," names nothing/],
    ['an unknown intensity', () => ['test', 'raft', '--intensity', 'heck'], /"heck".*hell/s],
    [
      'an unknown fault that is required',
      () => ['test', 'raft', '--require', 'meteor:leader'],
      /"meteor".*pause/s,
    ],
    [
      'a schedule from a file, and kinds of fault that it does not have',
      () => [
        'test',
        'raft',
        '--nemesis',
        'kill,partition',
        '--schedule',
        file('kill.json', '[{"at":100,"for":100,"fault":"kill","target":"one"}]'),
      ],
      /asks for partition, which .*kill\.json does not have.*\nnext:/s,
    ],
    [
      'a schedule from a file, and how to draw one',
      () => [
        'test',
        'raft',
        '--intensity',
        'hell',
        '--schedule',
        file('kill.json', '[{"at":100,"for":100,"fault":"kill","target":"one"}]'),
      ],
      /--intensity hell is for schedules that are drawn/,
    ],
    [
      'a hunt with a fault of the other world',
      () => ['hunt', 'raft', '--nemesis', 'kill,slicer', '--runs', '1'],
      /slicer.*allowed: --world real/,
    ],
    [
      'a hunt with a fault that there is not yet',
      () => ['hunt', 'raft', '--nemesis', 'membership', '--runs', '1'],
      /membership: it is not available yet/,
    ],
    [
      'a hunt whose seeds are too large',
      () => ['hunt', 'raft', '--seed', '9007199254740991', '--runs', '2'],
      /--seed 9007199254740991: allowed are whole numbers from 0 to 9007199254740989/,
    ],
    ['a replay of nothing', () => ['replay', 'nope.repro.json'], /no file or folder nope.*hunt/s],
    [
      'a replay of some other JSON',
      () => ['replay', file('other.json', '{"name":"x","version":1}')],
      /not a repro file.*fields name, version\.\nnext:.*repro\.json/s,
    ],
    [
      'a merge of some other JSON',
      () => ['merge', file('other.json', '[1,2]')],
      /not the result of a hunt.*a list of 2\.\nnext:.*--json/s,
    ],
    ['no nodes', () => ['test', 'raft', '--nodes', '0'], /nodes.*got 0/s],
    ['half a node', () => ['test', 'raft', '--nodes', '2.5'], /nodes.*2\.5/s],
    ['not a number', () => ['test', 'raft', '--time', 'soon'], /soon/],
    ['a negative rate', () => ['test', 'raft', '--rate=-1'], /rate.*-1/s],
    ['an unknown option', () => ['test', 'raft', '--frobnicate'], /frobnicate/],
    ['an unknown command', () => ['tset', 'raft'], /tset/],
    [
      'a switch of another system',
      () => ['test', 'paxos', '--unsafe-no-read-index'],
      /switch of raft/,
    ],
    ['an unknown option of a system', () => ['test', 'raft', '--system-options', '{"x":1}'], /x/],
    [
      'a schedule with an unknown target',
      () => [
        'test',
        'raft',
        '--schedule',
        file('target.json', '[{"at":100,"for":100,"fault":"kill","target":"boss"}]'),
      ],
      /target.*leader.*"boss"/s,
    ],
    [
      'a schedule with a node that does not exist',
      () => [
        'test',
        'raft',
        '--schedule',
        file('node.json', '[{"at":100,"for":100,"fault":"kill","target":"n9"}]'),
      ],
      /n9/,
    ],
    [
      'a schedule with an unknown fault',
      () => [
        'test',
        'raft',
        '--schedule',
        file('fault.json', '[{"at":1,"for":1,"fault":"x","target":"all"}]'),
      ],
      /"x".*partition/s,
    ],
    [
      'a schedule that is not JSON',
      () => ['test', 'raft', '--schedule', file('no.json', '{')],
      /JSON/,
    ],
    [
      'a schedule that is not there',
      () => ['test', 'raft', '--schedule', '/nowhere.json'],
      /nowhere/,
    ],
    [
      'a history with an impossible completion',
      () => [
        'check',
        file(
          'impossible.jsonl',
          '{"index":0,"time":1,"type":"ok","process":0,"f":"read","value":1}\n',
        ),
        '--model',
        'register',
      ],
      /line 1|:1/,
    ],
    ['an unreadable history', () => ['check', '/nowhere.jsonl', '--model', 'register'], /nowhere/],
    ['an unknown model', () => ['check', file('h.jsonl', ''), '--model', 'toaster'], /toaster/],
    ['a folder that is no run folder', () => ['analyze', store.path], /test\.json/],
    ['ports that are no range', () => ['test', 'raft', '--ports', '90000-1'], /90000-1/],
  ];

  for (const [what, args, says] of refused) {
    it(`refuses ${what}`, async () => {
      const out = join(store.path, 'store');
      const withStore = args()[0] === 'test' ? [...args(), '--out', out] : args();
      const { exitCode, stderr, stdout } = await dissent(withStore);
      assert.equal(exitCode, 254, `${String(stderr)}${String(stdout)}`);
      assert.match(String(stderr), says);
      assert.doesNotMatch(String(stderr), /\n\s+at /, 'a stack trace is not a message');
      assert.ok(!existsSync(out) || readdirSync(out).length === 0, 'no run folder');
    });
  }

  it('prints one JSON document on stdout with --json, whatever is wrong', async () => {
    for (const args of [
      ['test', 'zab', '--json'],
      ['test', 'raft', '--json', '--frobnicate'],
      ['check', '/nowhere.jsonl', '--model', 'register', '--json'],
      ['analyze', '/nowhere', '--json'],
    ]) {
      const { exitCode, stdout } = await dissent(args);
      assert.equal(exitCode, 254);
      const printed: unknown = JSON.parse(String(stdout));
      assert.ok(typeof printed === 'object' && printed !== null && 'error' in printed);
      assert.ok('valid' in printed && printed.valid === 'unknown');
    }
  });

  it('says that the harness failed when the ports are taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const out = join(store.path, 'ports');
    mkdirSync(out);
    const args = ['test', 'raft', '--ports', `${port}-${port}`, '--time', '1', '--out', out];
    const { exitCode, stderr } = await dissent(args);
    server.close();
    assert.equal(exitCode, 255, String(stderr));
    assert.match(String(stderr), new RegExp(`${port}`));
    assert.deepEqual(processesWith(out), []);
  });
});
