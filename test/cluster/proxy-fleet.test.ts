import assert from 'node:assert/strict';
import { createProxies } from '#src/cluster/proxy-fleet';
import type { Proxies } from '#src/cluster/toxiproxy/proxies';
import { ToxiproxyRefusal } from '#src/cluster/toxiproxy/requests';
import { HarnessFailure } from '#src/errors';

const address = (port: number) => ({ host: '127.0.0.1', port });
const plans = ['a', 'b'].map((name, i) => ({
  name,
  listen: address(9000 + i),
  upstream: address(8000 + i),
}));

/** A server that fails these times in a row, with these errors, at creating `b`. */
function server(errors: readonly Error[]) {
  const left = [...errors];
  const asked: string[] = [];
  const never = () => Promise.reject(new Error('not asked for here'));
  const proxies: Proxies = {
    url: 'http://127.0.0.1:1',
    create: async (name, upstream, listen = address(0), enabled = true) => {
      asked.push(`+${name}`);
      const error = name === 'b' ? left.shift() : undefined;
      if (error !== undefined) throw error;
      return { name, upstream, listen, enabled, toxics: [] };
    },
    remove: async (name) => void asked.push(`-${name}`),
    get: never,
    list: never,
    setToxic: never,
    removeToxic: never,
    setEnabled: never,
    reset: never,
    version: never,
  };
  return { proxies, asked };
}

describe('the proxies of a cluster', () => {
  const late = () => new HarnessFailure('no answer within 2500 ms');

  it('are asked for again where the server is kept waiting by its machine', async () => {
    const twice = new ToxiproxyRefusal(409, 'proxy already exists');
    const { proxies, asked } = server([late(), twice, late()]);
    await using _ = await createProxies(proxies, plans);
    assert.deepEqual(asked, ['+a', '+b', '+b', '+b', '+b']);
  });

  it('that the server refuses, or never creates, leave none behind', async () => {
    const refused = server([new ToxiproxyRefusal(400, 'bad address')]);
    await assert.rejects(createProxies(refused.proxies, plans), /bad address/);
    assert.deepEqual(refused.asked, ['+a', '+b', '-a', '-b']);
    const silent = server(Array.from({ length: 9 }, late));
    await assert.rejects(createProxies(silent.proxies, plans), /no answer/);
    assert.deepEqual(silent.asked.slice(-3), ['+b', '-a', '-b']);
  });
});
