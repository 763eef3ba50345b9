/** The harness's own view of a Toxiproxy: typed, idempotent, with deadlines and the server's words in its errors. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connectProxies, type Proxies, ToxiproxyRefusal } from '#src/cluster/toxiproxy/proxies';
import type { Toxic } from '#src/cluster/toxiproxy/toxic';
import { HarnessFailure } from '#src/errors';
import { forBothServers, probe } from './support.ts';

const upstream = { host: '127.0.0.1', port: 9 };

const everyToxic: readonly Toxic[] = [
  { kind: 'noop' },
  { kind: 'latency', latencyMs: 5, jitterMs: 1 },
  { kind: 'bandwidth', rateKBps: 0 },
  { kind: 'slow_close', delayMs: 3 },
  { kind: 'timeout', timeoutMs: 0 },
  { kind: 'reset_peer', timeoutMs: 9 },
  { kind: 'slicer', averageBytes: 100, variationBytes: 10, delayUs: 50 },
  { kind: 'limit_data', bytes: 1000 },
];

forBothServers('seen by the harness', (bench) => {
  const open = (): Proxies => connectProxies(bench.url);

  it('creates, lists, disables and removes proxies, each as often as one likes', async () => {
    const proxies = open();
    const name = `${bench.name()}>n2 x`;
    const made = await proxies.create(name, upstream);
    assert.deepEqual(await proxies.get(name), made);
    assert.deepEqual(await proxies.list(), [made]);
    const again = await proxies.create(name, { ...upstream, port: 10 }, made.listen);
    assert.deepEqual(again, { ...made, upstream: { ...upstream, port: 10 } });
    for (const enabled of [false, false, true, true]) {
      assert.equal((await proxies.setEnabled(name, enabled)).enabled, enabled);
      assert.equal(await probe(made.listen.port), enabled ? 'open' : 'refused');
    }
    await proxies.remove(name);
    await proxies.remove(name);
    assert.deepEqual(await proxies.list(), []);
    assert.equal(
      await proxies.version(),
      bench.kind === 'real' ? 'git' : '2.12.0+dissent.embedded',
    );
  });

  it('installs every toxic, changes one into another, and removes it twice', async () => {
    const proxies = open();
    const name = bench.name();
    await proxies.create(name, upstream);
    for (const direction of ['upstream', 'downstream'] as const) {
      for (const toxic of everyToxic) {
        const wanted = { name: 't', direction, toxicity: 0.5, toxic };
        assert.deepEqual(await proxies.setToxic(name, wanted), wanted);
        assert.deepEqual((await proxies.get(name)).toxics, [wanted]);
      }
    }
    const slower: Toxic = { kind: 'limit_data', bytes: 5 };
    await proxies.setToxic(name, { name: 't', direction: 'downstream', toxic: slower });
    assert.equal((await proxies.get(name)).toxics[0]?.toxicity, 1);
    await proxies.removeToxic(name, 't');
    await proxies.removeToxic(name, 't');
    await proxies.setToxic(name, { name: 't', direction: 'upstream', toxic: slower });
    await proxies.reset();
    assert.deepEqual((await proxies.get(name)).toxics, []);
  });

  it("says the server's words when it refuses", async () => {
    const refused = (status: number, words: RegExp) => (error: unknown) => {
      assert.ok(error instanceof ToxiproxyRefusal && error instanceof HarnessFailure);
      assert.equal(error.status, status);
      assert.match(error.message, words);
      return true;
    };
    await assert.rejects(
      open().get('none'),
      refused(404, /GET .*: proxy not found \(status 404\)/),
    );
    const made = await open().create(bench.name(), upstream);
    await assert.rejects(
      open().create(bench.name(), upstream, made.listen),
      refused(500, /address already in use/),
    );
    await assert.rejects(
      open().setToxic('none', { name: 't', direction: 'upstream', toxic: { kind: 'noop' } }),
      refused(404, /proxy not found/),
    );
    for (const name of ['', '..', 'a/b', 'a?b'])
      await assert.rejects(async () => open().get(name), RangeError);
  });
});

describe('toxiproxy seen by the harness, when it is not there', () => {
  it('gives up after the deadline and says on what', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    assert.ok(typeof address === 'object' && address !== null);
    const url = `http://127.0.0.1:${address.port}`;
    await assert.rejects(connectProxies(url, { timeoutMs: 100 }).list(), (error: unknown) => {
      assert.ok(error instanceof HarnessFailure);
      assert.match(error.message, /did not answer GET http.*\/proxies: no answer within 100 ms/);
      return true;
    });
    silent.closeAllConnections();
    silent.close();
    await once(silent, 'close');
    await assert.rejects(connectProxies(url).list(), /ECONNREFUSED/);
  });

  it('does not take any web server for a Toxiproxy', async () => {
    const other = createServer((_request, response) => response.end('<html>')).listen(
      0,
      '127.0.0.1',
    );
    await once(other, 'listening');
    const address = other.address();
    assert.ok(typeof address === 'object' && address !== null);
    await assert.rejects(
      connectProxies(`http://127.0.0.1:${address.port}`).list(),
      /is not JSON, so this is no Toxiproxy: <html>/,
    );
    other.closeAllConnections();
    other.close();
  });
});
