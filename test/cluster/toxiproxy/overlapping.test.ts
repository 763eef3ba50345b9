/** Faults that overlap on a line, and connections that close meanwhile: what ended a real Toxiproxy 2.12 (`needsNew` in lines.ts). */

import assert from 'node:assert/strict';
import { proxiedLines } from '#src/cluster/lines';
import { createProxies } from '#src/cluster/proxy-fleet';
import { startToxiproxy } from '#src/cluster/toxiproxy/discover';
import { connectProxies } from '#src/cluster/toxiproxy/proxies';
import { Bench, forBothServers, sleep } from './support.ts';

/** Longer than a server takes to see that a connection is closed; on a busy machine the test may see less than it could. */
const noticedMs = 100;

forBothServers('under overlapping faults', ({ kind }) => {
  it('outlives faults that heal in any order after the connection that they held back has closed', async () => {
    for (const order of ['ab', 'ba']) {
      // The one that all suites share would take them with it.
      await using server = await startToxiproxy({ prefer: kind, url: '' });
      const died: string[] = [];
      void server.died.then((why) => died.push(why));
      const bench = new Bench(kind, server.url);
      await using undo = new AsyncDisposableStack();
      undo.defer(async () => void (await Promise.allSettled([bench.clean()])));
      const { name, port, target } = await bench.rig();
      const listen = { host: '127.0.0.1', port };
      const upstream = { host: '127.0.0.1', port: target.port };
      const proxies = connectProxies(server.url, { timeoutMs: 20_000 });
      await using fleet = await createProxies(
        proxies,
        [{ name, listen, upstream }],
        kind !== 'embedded',
      );
      const lines = proxiedLines(new Map([[name, fleet.line(name)]]), ['upstream'], 1);
      await lines.want('a', [name], { kind: 'quality', quality: { latencyMs: 1 } });
      await lines.want('b', [name], { kind: 'cut', style: 'hold' });
      const client = await bench.dial(port);
      client.send('held');
      await sleep(noticedMs);
      client.socket.destroy();
      await sleep(noticedMs);
      for (const owner of order) await lines.heal(owner);
      const seen = await lines.want('c', [name], { kind: 'cut', style: 'hold' });
      assert.deepEqual(seen, { [name]: 'bandwidth upstream rateKBps 0' });
      await sleep(noticedMs);
      await lines.heal('c');
      const again = await bench.dial(port);
      again.send('still there');
      assert.equal(String(await again.received(11)), 'still there');
      assert.deepEqual(died, [], `healed in the order ${order}`);
    }
  });
});
