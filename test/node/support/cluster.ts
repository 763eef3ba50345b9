/** Real node processes without proxies: what a test needs to start, kill and ask them. Stops all of them when disposed. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '#src/cluster/ports';
import { defaultLimits, defaultTiming } from '#src/consensus/algorithm';
import { status } from '#src/node/client';
import type { Address, NodeConfig } from '#src/node/config';
import type { NodeStatus } from '#src/node/protocol';

const mainFile = new URL('../../../src/node/main.ts', import.meta.url).pathname;

/** Polls until `probe` gives something else than undefined. Throws after `timeoutMs`. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 45_000,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  while (performance.now() < deadlineMs) {
    const found = await probe();
    if (found !== undefined) return found;
    await sleep(20);
  }
  throw new Error(`not within ${timeoutMs} ms: ${what}`);
}

export interface NodeProcess {
  readonly config: NodeConfig;
  readonly child: ChildProcess;
  /** What it printed so far. */
  readonly output: () => string;
  /** Exit code, or the signal's name. */
  readonly exited: Promise<number | string>;
}

export function startNode(configFile: string, config: NodeConfig): NodeProcess {
  const child = spawn(process.execPath, [mainFile, configFile], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const exited = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  return { config, child, output: () => printed, exited };
}

export interface ClusterOptions {
  readonly nodes: number;
  /** Left out: raft. */
  readonly algorithm?: NodeConfig['algorithm'];
  readonly trace?: boolean;
  readonly options?: NodeConfig['options'];
}

export class Cluster implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'dissent-cluster-'));
  readonly nodes = new Map<string, NodeProcess>();

  static async start(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster();
    const members = Array.from({ length: options.nodes }, (_, i) => `n${i + 1}`);
    const ports = new Map<string, { peer: Address; client: Address }>();
    // Not any that are free: while a node is down, its port must not become that of somebody's connection.
    const free = await freePorts(2 * members.length);
    for (const [i, node] of members.entries()) {
      const at = (which: number): Address => ({
        host: '127.0.0.1',
        port: free[2 * i + which] ?? 0,
      });
      ports.set(node, { peer: at(0), client: at(1) });
    }
    const addresses = (node: string) => ports.get(node) ?? { peer: none, client: none };
    for (const self of members) {
      const dataDir = join(cluster.directory, self);
      mkdirSync(dataDir);
      const others = members.filter((node) => node !== self);
      const config: NodeConfig = {
        algorithm: options.algorithm ?? 'raft',
        self,
        members,
        peerListen: addresses(self).peer,
        peers: Object.fromEntries(others.map((node) => [node, addresses(node).peer])),
        clientListen: addresses(self).client,
        dataDir,
        ...(options.trace === true ? { traceFile: join(dataDir, 'trace.jsonl') } : {}),
        timing: defaultTiming,
        limits: defaultLimits,
        seed: 7,
        options: options.options ?? {},
      };
      writeFileSync(cluster.configFile(self), JSON.stringify(config));
      cluster.nodes.set(self, startNode(cluster.configFile(self), config));
    }
    return cluster;
  }

  configFile(node: string): string {
    return join(this.directory, `${node}.json`);
  }

  node(name: string): NodeProcess {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  async kill(name: string): Promise<void> {
    const { child, exited } = this.node(name);
    child.kill('SIGKILL');
    await exited;
  }

  restart(name: string): NodeProcess {
    const { config } = this.node(name);
    const node = startNode(this.configFile(name), config);
    this.nodes.set(name, node);
    return node;
  }

  status(name: string): Promise<NodeStatus | undefined> {
    return status(this.node(name).config.clientListen, 300).catch(() => undefined);
  }

  /** The node that leads and that a majority knows as the leader. */
  leader(): Promise<NodeStatus> {
    return eventually('one leader that a majority follows', async () => {
      const all = await Promise.all([...this.nodes.keys()].map((name) => this.status(name)));
      const alive = all.filter((s) => s !== undefined);
      return alive.find(
        (s) =>
          s.role === 'leader' &&
          alive.filter((o) => o.leader === s.node && o.term === s.term).length * 2 >
            this.nodes.size,
      );
    });
  }

  log(name: string): string {
    return this.node(name).output();
  }

  walPath(name: string): string {
    return join(this.node(name).config.dataDir, 'wal');
  }

  trace(name: string): readonly unknown[] {
    const text = readFileSync(join(this.node(name).config.dataDir, 'trace.jsonl'), 'utf8');
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.nodes.keys()].map((name) => this.kill(name)));
    rmSync(this.directory, { recursive: true });
  }
}

const none: Address = { host: '127.0.0.1', port: 0 };
