/** Finding a server, starting it, and never leaving one behind. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRealServer, startToxiproxy } from '#src/cluster/toxiproxy/discover';
import { lastWords } from '#src/cluster/toxiproxy/start';
import { BadInput, HarnessFailure } from '#src/errors';
import { fieldOf, probe, sleep, within } from './support.ts';

const kinds = ['embedded', 'real'] as const;
const mainFile = join(import.meta.dirname, '../../../src/cluster/toxiproxy/main.ts');

/** Skips when the real server is asked for and missing. */
function need(kind: 'embedded' | 'real', context: Mocha.Context): void {
  if (kind === 'embedded' || findRealServer() !== undefined) return;
  console.log('      toxiproxy-server was not found: skipped');
  context.skip();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** By its port, as the pid of an orphan that has ended stays until init looks. */
async function gone(url: string): Promise<void> {
  while ((await probe(portOf(url))) === 'open') await sleep(20);
}

const portOf = (url: string): number => Number(new URL(url).port);

describe('finding a toxiproxy', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'dissent-test-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function program(name: string, text: string): string {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  it('quotes the last words of a server: the end of its log, or its panic, whatever comes after that', () => {
    assert.equal(lastWords(''), '(none)');
    assert.equal(lastWords(`${'x'.repeat(5000)}\nthe end\n`).slice(-9), 'x\nthe end');
    const trace = `goroutine 1 [running]:\n${'main.run()\n'.repeat(900)}`;
    const words = lastWords(`{"level":"warn"}\npanic: index out of range [2]\n\n${trace}`);
    assert.match(words, /^panic: index out of range \[2\]\n\ngoroutine 1/);
    assert.ok(words.length <= 2000);
  });

  it('looks at TOXIPROXY_SERVER, PATH, GOBIN and GOPATH', () => {
    const file = program('toxiproxy-server', 'exit 0');
    assert.equal(findRealServer({ TOXIPROXY_SERVER: file }), file);
    assert.throws(() => findRealServer({ TOXIPROXY_SERVER: join(folder, 'nope') }), BadInput);
    const ours = findRealServer({ HOME: '/nonexistent' });
    for (const env of [{ PATH: `/nonexistent:${folder}` }, { GOBIN: folder }])
      assert.equal(findRealServer({ HOME: '/nonexistent', ...env }), ours ?? file);
  });

  it('uses a server that runs already, and leaves it alone', async () => {
    await using running = await startToxiproxy({ prefer: 'embedded' });
    const used = await startToxiproxy({
      prefer: 'auto',
      env: { TOXIPROXY_URL: `${running.url}/` },
    });
    assert.deepEqual([used.kind, used.url, used.pid], ['external', running.url, undefined]);
    await used.stop();
    assert.equal(await probe(portOf(running.url)), 'open');
  });

  it('says what is wrong with a URL', async () => {
    const start = (url: string) => startToxiproxy({ prefer: 'auto', url });
    await assert.rejects(start('localhost:8474'), BadInput);
    await assert.rejects(start('nonsense'), /must look like http:\/\/127\.0\.0\.1:8474/);
    const stopped = await startToxiproxy({ prefer: 'embedded' });
    await stopped.stop();
    await assert.rejects(start(stopped.url), (error: unknown) => {
      assert.ok(error instanceof HarnessFailure);
      assert.match(
        error.message,
        /No Toxiproxy answers at http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/,
      );
      return true;
    });
  });

  it("reports a server that does not come up with its log's last lines", async () => {
    const broken = program('broken', 'echo out of luck >&2; exit 3');
    await assert.rejects(
      startToxiproxy({ prefer: 'real', url: '', env: { TOXIPROXY_SERVER: broken } }),
      (error: unknown) => {
        assert.ok(error instanceof HarnessFailure);
        assert.match(error.message, /real Toxiproxy server did not come up: it exited with code 3/);
        assert.match(error.message, /out of luck/);
        return true;
      },
    );
    const mute = program('mute', 'exec sleep 60');
    const pids: number[] = [];
    const env = { TOXIPROXY_SERVER: mute };
    await assert.rejects(
      startToxiproxy({
        prefer: 'real',
        url: '',
        env,
        readyTimeoutMs: 300,
        onSpawn: (pid) => pids.push(pid),
      }),
      /did not answer at http.* within 300 ms/,
    );
    assert.equal(pids.length, 2);
    assert.deepEqual(pids.filter(isAlive), []);
  });
});

for (const kind of kinds) {
  describe(`starting the ${kind} toxiproxy`, () => {
    it('starts on a free port, logs, says when it dies, and is gone after stop', async function () {
      need(kind, this);
      const folder = mkdtempSync(join(tmpdir(), 'dissent-test-'));
      const logFile = join(folder, 'log');
      const pids: number[] = [];
      const options = {
        prefer: kind,
        url: '',
        logFile,
        onSpawn: (pid: number) => void pids.push(pid),
      };
      const [one, two] = await Promise.all([startToxiproxy(options), startToxiproxy(options)]);
      assert.equal(one.kind, kind);
      assert.ok(one.pid !== undefined && two.pid !== undefined && pids.includes(one.pid));
      await Promise.all([one.stop(), one.stop()]);
      assert.equal(await probe(portOf(one.url)), 'refused');
      assert.ok(!isAlive(one.pid));
      process.kill(two.pid, 'SIGKILL');
      assert.match(await within('the news', two.died), /is gone: it (was ended by|exited with)/);
      await two.stop();
      assert.ok(existsSync(logFile));
      assert.deepEqual(pids.filter(isAlive), []);
      rmSync(folder, { recursive: true });
    });

    it('names the port that is taken', async function () {
      need(kind, this);
      await using first = await startToxiproxy({ prefer: kind, url: '' });
      const options = { prefer: kind, url: '', port: portOf(first.url) };
      const second = startToxiproxy(options).then((server) => server.stop());
      await assert.rejects(second, (error: unknown) => {
        assert.ok(error instanceof HarnessFailure);
        assert.match(error.message, /address already in use|EADDRINUSE/);
        return true;
      });
    });

    it('ends when whoever started it is killed', async function () {
      need(kind, this);
      const fixture = join(import.meta.dirname, 'orphan.fixture.ts');
      const folder = mkdtempSync(join(tmpdir(), 'dissent-test-'));
      const parent = spawn(process.execPath, [fixture, kind, join(folder, 'log')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = await within('the server', once(parent.stdout, 'data'));
      const said: unknown = JSON.parse(String(line));
      const url = String(fieldOf(said, 'url'));
      assert.ok(isAlive(Number(fieldOf(said, 'pid'))));
      assert.equal(await probe(portOf(url)), 'open');
      parent.kill('SIGKILL');
      await within('the end of the server', gone(url));
      rmSync(folder, { recursive: true });
    });
  });
}

describe('the embedded toxiproxy as a program', () => {
  async function run(...args: string[]): Promise<{ code: unknown; out: string; err: string }> {
    const child = spawn(process.execPath, [mainFile, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (err += data));
    child.stdin.end();
    const [code] = await within('its end', once(child, 'close'));
    return { code, out, err };
  }

  it('says where it listens, ends with its stdin, and refuses what it cannot do', async () => {
    const [plain, host, port, unknown, version] = await Promise.all([
      run('--port', '0'),
      run('--host', '0.0.0.0'),
      run('--port', 'x'),
      run('--nope'),
      run('--version'),
    ]);
    assert.equal(plain.code, 0);
    assert.match(plain.out, /^\{"listening":"http:\/\/127\.0\.0\.1:\d+"\}\n$/);
    assert.deepEqual([host.code, port.code, unknown.code, version.code], [254, 254, 254, 0]);
    assert.match(host.err, /--host is 0\.0\.0\.0; only 127\.0\.0\.1/);
    assert.match(port.err, /--port is x; it must be an integer from 0 to 65535/);
    assert.match(version.out, /^toxiproxy-server version 2\.12\.0/);
  });
});
