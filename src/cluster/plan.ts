/** Where everything of a cluster is: folders, listeners, and the proxies between them. Decided before anything starts. */

import { join } from 'node:path';
import type { Address } from '../node/config.ts';
import type { Link, Node } from '../schedule/world.ts';
import { linkName } from './links.ts';
import type { ProxyPlan } from './proxy-fleet.ts';

export interface NodePlan {
  readonly node: Node;
  /** `nodes/<n>` in the run folder. */
  readonly folder: string;
  readonly dataDir: string;
  readonly logFile: string;
  readonly traceFile: string;
  readonly peerListen: Address;
  readonly clientListen: Address;
  /** Where clients reach it: its proxy. */
  readonly clientProxy: Address;
  /** Where it reaches each of the others: a proxy per direction. */
  readonly peers: Readonly<Record<Node, Address>>;
}

export interface ClusterPlan {
  readonly nodes: ReadonlyMap<Node, NodePlan>;
  readonly proxies: readonly ProxyPlan[];
  /** The name of the proxy of each link, by link name. */
  readonly linkProxies: ReadonlyMap<string, string>;
  /** The name of the proxy that clients take, by node. */
  readonly clientProxies: ReadonlyMap<Node, string>;
}

/** Every link there is between these nodes. */
export const orderedPairs = (nodes: readonly Node[]): Link[] =>
  nodes.flatMap((from) => nodes.filter((to) => to !== from).map((to) => ({ from, to })));

/** Two listeners and a client proxy per node, and a proxy per ordered pair of nodes. */
export const portsNeeded = (nodeCount: number): number =>
  3 * nodeCount + nodeCount * (nodeCount - 1);

/** `prefix` keeps the names apart from those of others on the same server. Uses the first `portsNeeded` of the ports. */
export function planCluster(
  nodes: readonly Node[],
  folder: string,
  ports: readonly number[],
  prefix: string,
): ClusterPlan {
  const supply = ports.values();
  const address = (): Address => {
    const { value: port } = supply.next();
    if (port === undefined) throw new RangeError(`${ports.length} ports are too few`);
    return { host: '127.0.0.1', port };
  };
  const listeners = new Map(
    nodes.map((node) => [
      node,
      { peerListen: address(), clientListen: address(), clientProxy: address() },
    ]),
  );
  const at = (node: Node) => {
    const found = listeners.get(node);
    if (found === undefined) throw new RangeError(`no such node: ${node}`);
    return found;
  };
  const links = orderedPairs(nodes).map((link) => ({
    ...link,
    name: `${prefix}-${link.from}-to-${link.to}`,
    listen: address(),
    upstream: at(link.to).peerListen,
  }));
  const plans = nodes.map((node): NodePlan => {
    const own = join(folder, 'nodes', node);
    return {
      node,
      folder: own,
      dataDir: join(own, 'data'),
      logFile: join(own, 'log'),
      traceFile: join(own, 'trace.jsonl'),
      ...at(node),
      peers: Object.fromEntries(
        links.filter(({ from }) => from === node).map(({ to, listen }) => [to, listen]),
      ),
    };
  });
  const clientProxies = plans.map(({ node, clientProxy, clientListen }) => ({
    node,
    name: `${prefix}-clients-to-${node}`,
    listen: clientProxy,
    upstream: clientListen,
  }));
  return {
    nodes: new Map(plans.map((plan) => [plan.node, plan])),
    proxies: [
      ...links.map(({ name, listen, upstream }) => ({ name, listen, upstream })),
      ...clientProxies.map(({ name, listen, upstream }) => ({ name, listen, upstream })),
    ],
    linkProxies: new Map(links.map((link) => [linkName(link), link.name])),
    clientProxies: new Map(clientProxies.map(({ node, name }) => [node, name])),
  };
}
