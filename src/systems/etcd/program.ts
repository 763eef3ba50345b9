/** etcd on the nodes of a cluster: how each member is started, and asked how it is. */

import type { NodePlan } from '../../cluster/plan.ts';
import type { Program } from '../../cluster/real-world.ts';
import type { Address } from '../../node/config.ts';
import type { NodeStatus } from '../../node/protocol.ts';
import type { Etcd } from './binary.ts';
import type { Forwarders } from './forwarder.ts';
import type { MemberStatus } from './messages.ts';
import { Inquirer, isUp, roleOf } from './status.ts';

export interface EtcdTiming {
  readonly heartbeatMs: number;
  readonly electionTimeoutMs: number;
}

export interface EtcdProgramOptions extends EtcdTiming {
  readonly etcd: Etcd;
  readonly preVote: boolean;
  readonly snapshotCount: number;
  /** Tells this cluster from all others, so that members which meet by mistake do not talk. */
  readonly token: string;
  /** Its data lies where a disk can fail. */
  readonly faultyDisks: boolean;
  readonly forwarders: Forwarders;
  /** By node: the port of its forwarder. */
  readonly forwarderPorts: ReadonlyMap<string, number>;
}

/** Workloads read more keys at once than etcd allows by default. */
const maxTxnOps = 10_000;

/** What the members call each other. Nobody has these addresses (TEST-NET-2), so that nothing can pass by the forwarders. */
const peerHost = (number: number): string => `198.51.100.${number}:2380`;

const url = ({ host, port }: Address): string => `http://${host}:${port}`;

/** Of the harness's own environment: settings of etcd must not come from there, and nothing may keep it from using its forwarder. */
const environment = (forwarder: string): Readonly<Record<string, string | undefined>> => ({
  ...Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => name.startsWith('ETCD_'))
      .map((name) => [name, undefined]),
  ),
  HTTP_PROXY: forwarder,
  http_proxy: forwarder,
  HTTPS_PROXY: undefined,
  https_proxy: undefined,
  NO_PROXY: undefined,
  no_proxy: undefined,
  REQUEST_METHOD: undefined,
});

function argumentsOf(plan: NodePlan, members: readonly string[], options: EtcdProgramOptions) {
  const peerUrl = (node: string): string => `http://${peerHost(members.indexOf(node) + 1)}`;
  const flags = {
    name: plan.node,
    'data-dir': plan.dataDir,
    'listen-peer-urls': url(plan.peerListen),
    'listen-client-urls': url(plan.clientListen),
    'advertise-client-urls': url(plan.clientListen),
    'initial-advertise-peer-urls': peerUrl(plan.node),
    'initial-cluster': members.map((node) => `${node}=${peerUrl(node)}`).join(','),
    'initial-cluster-token': options.token,
    'initial-cluster-state': 'new',
    'heartbeat-interval': options.heartbeatMs,
    'election-timeout': options.electionTimeoutMs,
    'pre-vote': options.preVote,
    'snapshot-count': options.snapshotCount,
    'max-txn-ops': maxTxnOps,
    logger: 'zap',
    'log-outputs': 'stderr',
  };
  return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
}

/** What a member says of itself. */
export interface EtcdView {
  readonly role: NodeStatus['role'];
  readonly term: number;
  readonly status: MemberStatus;
  readonly counters: NodeStatus['counters'];
}

/** Disposing of it hangs up on the members. */
export interface EtcdProgram extends Program<EtcdView>, Disposable {
  /**
   * Until then members cannot reach each other. A member that is new asks all others one after the other whether they know it, and those
   * that are starting too would keep it waiting for a second each.
   */
  openLinks(): Promise<void>;
}

export function etcdProgram(options: EtcdProgramOptions): EtcdProgram {
  const { etcd, forwarders, forwarderPorts } = options;
  const inquirers = new Map<string, Inquirer>();
  const routes = new Map<number, Readonly<Record<string, Address>>>();
  return {
    async command(plan, members) {
      const port = forwarderPorts.get(plan.node);
      if (port === undefined) throw new RangeError(`no forwarder for ${plan.node}`);
      const links = Object.entries(plan.peers).map(
        ([node, link]) => [peerHost(members.indexOf(node) + 1), link] as const,
      );
      routes.set(port, Object.fromEntries(links));
      return {
        file: etcd.file,
        args: argumentsOf(plan, members, options),
        env: environment(`http://127.0.0.1:${port}`),
      };
    },
    isUp: ({ peerListen }, timeoutMs) => isUp(peerListen, timeoutMs),
    async probe({ node, clientListen }, timeoutMs) {
      const inquirer = inquirers.get(node) ?? new Inquirer(clientListen);
      inquirers.set(node, inquirer);
      const { status, counters } = await inquirer.ask(timeoutMs);
      return { role: roleOf(status), term: status.raftTerm, status, counters };
    },
    answersPeers: true,
    clock: 'process',
    ...(options.faultyDisks ? { disk: 'folder' as const } : {}),
    async openLinks() {
      for (const [port, links] of routes) await forwarders.route(port, links);
    },
    [Symbol.dispose]() {
      for (const inquirer of inquirers.values()) inquirer[Symbol.dispose]();
    },
  };
}
