/** Every endpoint, its status codes and bodies, on both servers. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { Toxiproxy, ToxiproxyError } from 'toxiproxy-node-client';
import { expected } from './differences.ts';
import { type Bench, fieldOf, forBothServers, portIn, probe, type Reply } from './support.ts';

const upstream = '127.0.0.1:9';

/** The reply's proxy without the real server's leak. */
function proxyOf(json: unknown): unknown {
  assert.ok(typeof json === 'object' && json !== null);
  return Object.fromEntries(Object.entries(json).filter(([key]) => key !== 'Logger'));
}

function assertError(reply: Reply, status: number, message: string | RegExp): void {
  assert.equal(reply.status, status, reply.text);
  const error = String(fieldOf(reply.json, 'error'));
  if (typeof message === 'string') assert.equal(error, message);
  else assert.match(error, message);
  assert.equal(fieldOf(reply.json, 'status'), status);
}

async function create(bench: Bench, rest: object = {}): Promise<{ name: string; reply: Reply }> {
  const name = bench.name();
  const reply = await bench.call('POST', '/proxies', {
    name,
    upstream,
    listen: '127.0.0.1:0',
    ...rest,
  });
  return { name, reply };
}

forBothServers('API, proxies', (bench) => {
  it('tells its version', async () => {
    const reply = await bench.call('GET', '/version');
    assert.equal(reply.status, 200);
    assert.match(reply.text, /^\{"version": ?"[^"]+"\}\n$/);
    assert.equal(reply.headers.get('content-type'), 'application/json;charset=utf-8');
    assert.ok(reply.headers.get('x-toxiproxy-request-id'));
  });

  it('creates a proxy with 201, the defaults filled in and the port resolved', async () => {
    const { name, reply } = await create(bench);
    assert.equal(reply.status, 201);
    assert.equal(reply.headers.get('content-type'), 'application/json');
    assert.notEqual(portIn(reply), 0);
    const listen = `127.0.0.1:${portIn(reply)}`;
    assert.deepEqual(proxyOf(reply.json), { name, listen, upstream, enabled: true, toxics: [] });
    assert.equal(
      Object.keys(Object(reply.json)).includes('Logger'),
      expected(bench.kind, 'loggerInProxyJson'),
    );
    assert.equal(await probe(portIn(reply)), 'open');
    const localhost = await create(bench, { listen: 'localhost:0' });
    assert.match(String(fieldOf(localhost.reply.json, 'listen')), /^127\.0\.0\.1:\d+$/);
  });

  it('creates a disabled proxy that does not listen', async () => {
    const { name, reply } = await create(bench, { enabled: false });
    assert.equal(reply.status, 201);
    assert.equal(fieldOf(reply.json, 'enabled'), false);
    const enabled = await bench.call('POST', `/proxies/${name}`, { enabled: true });
    assert.equal(await probe(portIn(enabled)), 'open');
  });

  it('refuses proxies that cannot be', async () => {
    const post = (body: unknown) => bench.call('POST', '/proxies', body);
    assertError(await post({ upstream }), 400, 'missing required field: name');
    assertError(await post({ name: 'x' }), 400, 'missing required field: upstream');
    assertError(await post('{'), 400, /^bad request body: /);
    assertError(await post(''), 400, 'bad request body: EOF');
    assertError(await post({ name: 1, upstream }), 400, /^bad request body: .*name/);
    assertError(
      await post({ name: 'x', upstream, enabled: 'no' }),
      400,
      /^bad request body: .*enabled/,
    );
    const { reply: portless } = await create(bench, { upstream: 'nowhere' });
    assert.equal(portless.status, expected(bench.kind, 'upstreamWithoutPort'));
    const { reply: badListen } = await create(bench, { listen: '127.0.0.1:nope' });
    assert.equal(badListen.status, expected(bench.kind, 'unusableListenAddress'));
  });

  it('refuses a taken name with 409 and a taken port with 500, and adds nothing', async () => {
    const { name, reply } = await create(bench);
    const again = await bench.call('POST', '/proxies', { name, upstream, listen: '127.0.0.1:0' });
    assertError(again, 409, 'proxy already exists');
    const other = await create(bench, { listen: `127.0.0.1:${portIn(reply)}` });
    assertError(other.reply, 500, /listen tcp 127\.0\.0\.1:\d+: bind: address already in use/);
    assert.equal((await bench.call('GET', `/proxies/${other.name}`)).status, 404);
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    assert.ok(typeof address === 'object' && address !== null);
    const foreign = await create(bench, { listen: `127.0.0.1:${address.port}` });
    assertError(foreign.reply, 500, /address already in use/);
    taken.close();
  });

  it('lists proxies by name and shows each', async () => {
    const one = await create(bench);
    const two = await create(bench);
    const list = await bench.call('GET', '/proxies');
    assert.equal(list.status, 200);
    assert.deepEqual(Object.keys(Object(list.json)).sort(), [one.name, two.name].sort());
    const shown = await bench.call('GET', `/proxies/${two.name}`);
    assert.equal(shown.status, 200);
    assert.deepEqual(shown.json, two.reply.json);
    assert.deepEqual(fieldOf(list.json, two.name), two.reply.json);
    assertError(await bench.call('GET', '/proxies/none'), 404, 'proxy not found');
  });

  it('changes a proxy by POST or PATCH: upstream, listen address, enabled, not the name', async () => {
    const { name, reply } = await create(bench);
    for (const method of ['POST', 'PATCH']) {
      const changed = await bench.call(method, `/proxies/${name}`, {
        name: 'other',
        upstream: '127.0.0.1:10',
      });
      assert.equal(changed.status, 200);
      assert.equal(fieldOf(changed.json, 'upstream'), '127.0.0.1:10');
      assert.equal(fieldOf(changed.json, 'name'), name);
      assert.equal(portIn(changed), portIn(reply));
    }
    const moved = await bench.call('PATCH', `/proxies/${name}`, { listen: '127.0.0.1:0' });
    assert.notEqual(portIn(moved), 0);
    assert.equal(await probe(portIn(moved)), 'open');
    const off = await bench.call('PATCH', `/proxies/${name}`, { enabled: false });
    assert.equal(fieldOf(off.json, 'enabled'), false);
    assert.equal(await probe(portIn(moved)), 'refused');
    const on = await bench.call('PATCH', `/proxies/${name}`, { enabled: true });
    assert.equal(portIn(on), portIn(moved));
    assert.equal(await probe(portIn(moved)), 'open');
    assertError(await bench.call('PATCH', `/proxies/${name}`, '['), 400, /^bad request body: /);
    assertError(await bench.call('PATCH', '/proxies/none', {}), 404, 'proxy not found');
  });

  it('removes a proxy with 204 and frees its port', async () => {
    const { name, reply } = await create(bench);
    const removed = await bench.call('DELETE', `/proxies/${name}`);
    assert.equal(removed.status, 204);
    assert.equal(removed.text, '');
    assert.equal(await probe(portIn(reply)), 'refused');
    assertError(await bench.call('DELETE', `/proxies/${name}`), 404, 'proxy not found');
    const again = await create(bench, { listen: `127.0.0.1:${portIn(reply)}` });
    assert.equal(again.reply.status, 201);
  });

  it('answers unknown paths, wrong methods and browsers', async () => {
    const unknown = await bench.call('GET', '/nope');
    assert.deepEqual([unknown.status, unknown.text], [404, '404 page not found\n']);
    const wrong = await bench.call('PUT', '/proxies');
    assert.deepEqual([wrong.status, wrong.text], [405, '']);
    assert.equal((await bench.call('GET', '/reset')).status, 405);
    assert.equal((await bench.call('GET', '/metrics')).status, 404);
    const browser = await bench.call('GET', '/proxies', undefined, { 'User-Agent': 'Mozilla/5.0' });
    assert.deepEqual([browser.status, browser.text.trim()], [403, 'User agent not allowed']);
    const error = await bench.call('GET', '/proxies/none');
    assert.equal(error.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(error.headers.get('x-content-type-options'), 'nosniff');
    assert.ok(error.text.endsWith('\n'));
  });

  it('keeps its connections alive between requests', async () => {
    const { hostname, port } = new URL(bench.url);
    const outgoing = request({ host: hostname, port, path: '/version' }).end();
    const [response] = await once(outgoing, 'response');
    assert.notEqual(response.headers.connection, 'close');
    response.resume();
    outgoing.destroy();
  });
});

forBothServers('API, populate and reset', (bench) => {
  const spec = (name: string, rest: object = {}) => ({
    name,
    upstream,
    listen: '127.0.0.1:0',
    ...rest,
  });

  it('populates from a list, and leaves equal proxies untouched', async () => {
    const [a, b] = [bench.name(), bench.name()];
    const first = await bench.call('POST', '/populate', [spec(a), spec(b, { enabled: false })]);
    assert.equal(first.status, 201);
    const proxies = fieldOf(first.json, 'proxies');
    assert.ok(Array.isArray(proxies));
    assert.deepEqual(
      proxies.map((p) => [fieldOf(p, 'name'), fieldOf(p, 'enabled')]),
      [
        [a, true],
        [b, false],
      ],
    );
    const listen = fieldOf(proxies[0], 'listen');
    await bench.call('POST', `/proxies/${a}/toxics`, { type: 'noop' });
    const same = await bench.call('POST', '/populate', [spec(a, { listen, enabled: false })]);
    assert.equal(same.status, 201);
    const kept = await bench.call('GET', `/proxies/${a}`);
    assert.equal(fieldOf(kept.json, 'enabled'), true);
    assert.equal(Object(fieldOf(kept.json, 'toxics')).length, 1);
    const other = await bench.call('POST', '/populate', [
      spec(a, { listen, upstream: '127.0.0.1:10' }),
    ]);
    assert.equal(other.status, 201);
    const replaced = await bench.call('GET', `/proxies/${a}`);
    assert.equal(fieldOf(replaced.json, 'upstream'), '127.0.0.1:10');
    assert.deepEqual(fieldOf(replaced.json, 'toxics'), []);
  });

  it('populates nothing from an empty list', async () => {
    const reply = await bench.call('POST', '/populate', []);
    assert.equal(reply.status, 201);
    assert.deepEqual(fieldOf(reply.json, 'proxies'), expected(bench.kind, 'emptyPopulate'));
  });

  it('checks all of a populate before it does any of it', async () => {
    const a = bench.name();
    const reply = await bench.call('POST', '/populate', [spec(a), { name: 'x' }]);
    assertError(reply, 400, 'missing required field: upstream at proxy 2');
    assertError(
      await bench.call('POST', '/populate', [spec(''), spec(a)]),
      400,
      'missing required field: name at proxy 1',
    );
    assert.equal((await bench.call('GET', `/proxies/${a}`)).status, 404);
    assertError(await bench.call('POST', '/populate', 'x'), 400, /^bad request body: /);
  });

  it('reports a failed populate with what it did before, as JSON', async () => {
    const [a, b, c] = [bench.name(), bench.name(), bench.name()];
    const { reply } = await create(bench);
    const listen = `127.0.0.1:${portIn(reply)}`;
    const partly = await bench.call('POST', '/populate', [spec(a), spec(b, { listen }), spec(c)]);
    assertError(partly, 500, /address already in use/);
    assert.equal(partly.headers.get('content-type'), 'application/json');
    const done = fieldOf(partly.json, 'proxies');
    assert.ok(Array.isArray(done));
    assert.deepEqual(
      done.map((p) => fieldOf(p, 'name')),
      [a],
    );
    assert.equal((await bench.call('GET', `/proxies/${c}`)).status, 404);
  });

  it('reset enables every proxy and removes every toxic', async () => {
    const [one, two] = [await create(bench), await create(bench)];
    await bench.call('POST', `/proxies/${one.name}/toxics`, {
      type: 'latency',
      stream: 'upstream',
    });
    await bench.call('POST', `/proxies/${one.name}/toxics`, { type: 'noop' });
    await bench.call('PATCH', `/proxies/${two.name}`, { enabled: false });
    const reply = await bench.call('POST', '/reset');
    assert.deepEqual([reply.status, reply.text], [204, '']);
    assert.equal(await probe(portIn(two.reply)), 'open');
    const shown = await bench.call('GET', `/proxies/${one.name}`);
    assert.deepEqual(fieldOf(shown.json, 'toxics'), []);
  });
});

forBothServers('API, toxics', (bench) => {
  const path = (name: string, toxic = '') => `/proxies/${name}/toxics${toxic}`;

  it('adds a toxic with 200 and the defaults filled in', async () => {
    const { name } = await create(bench);
    const reply = await bench.call('POST', path(name), {
      type: 'latency',
      attributes: { latency: 10 },
    });
    assert.equal(reply.status, 200);
    const toxic = {
      attributes: { latency: 10, jitter: 0 },
      name: 'latency_downstream',
      type: 'latency',
      stream: 'downstream',
      toxicity: 1,
    };
    assert.deepEqual(reply.json, toxic);
    const shown = await bench.call('GET', path(name, '/latency_downstream'));
    assert.deepEqual([shown.status, shown.json], [200, toxic]);
    const proxy = await bench.call('GET', `/proxies/${name}`);
    assert.deepEqual(fieldOf(proxy.json, 'toxics'), [toxic]);
  });

  it('knows every type and its attributes', async () => {
    const { name } = await create(bench);
    const types = {
      noop: [],
      latency: ['latency', 'jitter'],
      bandwidth: ['rate'],
      slow_close: ['delay'],
      timeout: ['timeout'],
      reset_peer: ['timeout'],
      slicer: ['average_size', 'size_variation', 'delay'],
      limit_data: ['bytes'],
    };
    for (const [type, attributes] of Object.entries(types)) {
      const reply = await bench.call('POST', path(name), { type, attributes: {} });
      assert.equal(reply.status, 200, type);
      const zeros = Object.fromEntries(attributes.map((attribute) => [attribute, 0]));
      assert.deepEqual(fieldOf(reply.json, 'attributes'), zeros);
    }
  });

  it('lists upstream toxics first, each direction in the order added', async () => {
    const { name } = await create(bench);
    const add = (toxic: string, stream: string) =>
      bench.call('POST', path(name), { name: toxic, type: 'noop', stream });
    await add('d1', 'downstream');
    await add('u1', 'upstream');
    await add('d2', 'downstream');
    await add('u2', 'UPSTREAM');
    const list = await bench.call('GET', path(name));
    assert.equal(list.status, 200);
    assert.ok(Array.isArray(list.json));
    assert.deepEqual(
      list.json.map((toxic) => fieldOf(toxic, 'name')),
      ['u1', 'u2', 'd1', 'd2'],
    );
  });

  it('refuses toxics that cannot be', async () => {
    const { name } = await create(bench);
    const post = (body: unknown) => bench.call('POST', path(name), body);
    assertError(await post({ type: 'nope' }), 400, 'invalid toxic type');
    assertError(await post({}), 400, 'invalid toxic type');
    assertError(
      await post({ type: 'noop', stream: 'sideways' }),
      400,
      'stream was invalid, can be either upstream or downstream',
    );
    assertError(await post('{'), 400, /^bad request body: /);
    const text = { type: 'latency', attributes: { latency: 'long' } };
    assertError(await post(text), 400, /^bad request body: .*latency/);
    const half = { type: 'latency', attributes: { latency: 0.5 } };
    assertError(await post(half), 400, /^bad request body: .*latency/);
    await post({ name: 'a', type: 'noop', stream: 'upstream' });
    assertError(await post({ name: 'a', type: 'latency' }), 409, 'toxic already exists');
    const missing = await bench.call('POST', path('none'), { type: 'noop' });
    assertError(missing, 404, 'proxy not found');
    const negative = await post({ type: 'latency', attributes: { latency: -1 } });
    assert.equal(negative.status, expected(bench.kind, 'negativeAttribute'));
    const certain = await post({ name: 'c', type: 'noop', toxicity: 2 });
    assert.equal(certain.status, expected(bench.kind, 'toxicityAboveOne'));
  });

  it('updates attributes and toxicity only, and merges', async () => {
    const { name } = await create(bench);
    await bench.call('POST', path(name), {
      name: 't',
      type: 'slicer',
      attributes: { average_size: 10, delay: 5 },
    });
    for (const method of ['POST', 'PATCH']) {
      const reply = await bench.call(method, path(name, '/t'), {
        name: 'other',
        type: 'noop',
        stream: 'upstream',
        toxicity: 0.5,
        attributes: { delay: 7 },
      });
      assert.equal(reply.status, 200);
      assert.deepEqual(reply.json, {
        attributes: { average_size: 10, size_variation: 0, delay: 7 },
        name: 't',
        type: 'slicer',
        stream: 'downstream',
        toxicity: 0.5,
      });
    }
    const bad = await bench.call('PATCH', path(name, '/t'), { attributes: { delay: 'x' } });
    assertError(bad, 400, /^bad request body: /);
    assertError(await bench.call('PATCH', path(name, '/u'), {}), 404, 'toxic not found');
    assertError(await bench.call('PATCH', path('none', '/u'), {}), 404, 'proxy not found');
  });

  it('removes a toxic with 204', async () => {
    const { name } = await create(bench);
    await bench.call('POST', path(name), { name: 't', type: 'noop' });
    const removed = await bench.call('DELETE', path(name, '/t'));
    assert.deepEqual([removed.status, removed.text], [204, '']);
    assertError(await bench.call('DELETE', path(name, '/t')), 404, 'toxic not found');
    assertError(await bench.call('GET', path(name, '/t')), 404, 'toxic not found');
    assertError(await bench.call('DELETE', path('none', '/t')), 404, 'proxy not found');
    assert.deepEqual((await bench.call('GET', path(name))).json, []);
  });
});

forBothServers('through toxiproxy-node-client', (bench) => {
  it('does all that the client can ask for', async () => {
    const client = new Toxiproxy(bench.url);
    const name = bench.name();
    assert.match(await client.getVersion(), /version/);
    const proxy = await client.createProxy({ name, listen: '127.0.0.1:0', upstream });
    const off = await proxy.update({ enabled: false, listen: proxy.listen, upstream });
    assert.equal(off.enabled, false);
    await client.reset();
    assert.equal((await client.get(name)).enabled, true);
    const toxic = await proxy.addToxic({
      name: 'slow',
      type: 'latency',
      stream: 'upstream',
      toxicity: 0.25,
      attributes: { latency: 5, jitter: 1 },
    });
    assert.deepEqual((await proxy.getToxic('slow')).toJson(), toxic.toJson());
    const updated = await toxic.update({
      ...toxic.toJson(),
      attributes: { latency: 6, jitter: 1 },
    });
    assert.equal(updated.attributes.latency, 6);
    await toxic.remove();
    await assert.rejects(proxy.getToxic('slow'), ToxiproxyError);
    const populated = await client.populate([
      { name: bench.name(), listen: '127.0.0.1:0', upstream },
    ]);
    assert.equal(Object.keys(populated).length, 1);
    await proxy.remove();
    assert.ok(!Object.keys(await client.getAll()).includes(name));
  });
});
