import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { planCluster, portsNeeded } from '#src/cluster/plan';
import { freePorts } from '#src/cluster/ports';

async function listening(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('ports', () => {
  it('are different, free, and below those of outgoing connections', async () => {
    const ports = await freePorts(40);
    assert.equal(new Set(ports).size, 40);
    assert.ok(ports.every((port) => port >= 15_000 && port <= 32_000));
    const servers = await Promise.all(ports.map(listening));
    for (const server of servers) server.close();
  });

  it('come from the range that is given, past those that are taken', async () => {
    const [first = 0] = await freePorts(1);
    const taken = await listening(first);
    try {
      const [next] = await freePorts(1, { from: first, to: first + 50 });
      assert.ok(next !== undefined && next > first && next <= first + 50);
    } finally {
      taken.close();
    }
  });

  it('that are too few are a failure of the harness that says how many there are', async () => {
    const [port = 0] = await freePorts(1);
    const taken = await listening(port);
    try {
      await assert.rejects(freePorts(2, { from: port, to: port }), {
        name: 'HarnessFailure',
        message: new RegExp(`2 are needed, 0 of the 1 in ${port}-${port} are free`),
      });
    } finally {
      taken.close();
    }
  });
});

describe('plan of a cluster', () => {
  it('gives every listener and every proxy a port of its own, and leads each link to its node', () => {
    const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
    const ports = Array.from({ length: portsNeeded(5) }, (_, i) => 20_000 + i);
    const plan = planCluster(nodes, '/run', ports, 'test');
    const used = [
      ...[...plan.nodes.values()].flatMap(({ peerListen, clientListen }) => [
        peerListen.port,
        clientListen.port,
      ]),
      ...plan.proxies.map(({ listen }) => listen.port),
    ];
    assert.deepEqual(used.sort(), ports);
    assert.equal(new Set(plan.proxies.map(({ name }) => name)).size, 25);
    assert.equal(plan.linkProxies.size, 20);
    for (const [node, at] of plan.nodes) {
      assert.equal(Object.keys(at.peers).length, 4);
      for (const [peer, address] of Object.entries(at.peers)) {
        const proxy = plan.proxies.find(({ listen }) => listen.port === address.port);
        assert.deepEqual(proxy?.upstream, plan.nodes.get(peer)?.peerListen);
        assert.equal(plan.linkProxies.get(`${node}->${peer}`), proxy?.name);
      }
    }
  });

  it('refuses fewer ports than it needs', () => {
    assert.throws(() => planCluster(['n1', 'n2'], '/run', [1, 2, 3], 'test'), RangeError);
  });
});
