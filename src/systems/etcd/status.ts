/** What a member says of itself, asked past every proxy. */

import { Agent, get } from 'node:http';
import type { Address } from '../../node/config.ts';
import type { NodeStatus } from '../../node/protocol.ts';
import { GrpcWire } from './grpc.ts';
import { type MemberStatus, methods, statusRequest, statusResponse } from './messages.ts';

/** Asks one member again and again, over connections that stay. */
export class Inquirer implements Disposable {
  readonly #address: Address;
  readonly #wire: GrpcWire;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #asking: Promise<Inquired> | undefined;

  constructor(client: Address) {
    this.#address = client;
    this.#wire = new GrpcWire(client);
  }

  /** Whoever asks while an answer is awaited gets that one. Rejects with an Error that names the address when there is none in time. */
  ask(timeoutMs: number): Promise<Inquired> {
    this.#asking ??= this.#ask(timeoutMs).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(timeoutMs: number): Promise<Inquired> {
    const { host, port } = this.#address;
    const reply = await this.#wire.call({ path: methods.status, body: statusRequest }, timeoutMs);
    if (reply.kind !== 'answered') {
      const why = reply.kind === 'refused' ? reply.message : reply.error;
      throw new Error(`no status from ${host}:${port}: ${why}`);
    }
    const metrics = await fetchText(this.#address, '/metrics', timeoutMs, this.#agent);
    return { status: statusResponse(reply.body), counters: countersIn(metrics) };
  }

  [Symbol.dispose](): void {
    this.#wire.close();
    this.#agent.destroy();
  }
}

export interface Inquired {
  readonly status: MemberStatus;
  readonly counters: Counters;
}

/** Rejects with an Error when there is no answer of status 200 in time. */
function fetchText(
  { host, port }: Address,
  path: string,
  timeoutMs: number,
  agent: Agent | false,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = get({ host, port, path, signal, agent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) return resolve(Buffer.concat(parts).toString('utf8'));
        reject(new Error(`${host}:${port}${path} answered ${response.statusCode}`));
      });
    });
    asked.on('error', reject);
  });
}

/**
 * Whether the process has come up: etcd serves its peers at once, and clients only when it has heard of a leader, which may take
 * as long as a partition. Rejects when it does not answer.
 */
export const isUp = (peerListen: Address, timeoutMs: number): Promise<unknown> =>
  fetchText(peerListen, '/version', timeoutMs, false);

type Counters = NodeStatus['counters'];

/** Sums the samples of a metric over all labels, in Prometheus' text format; 0 where there is none. */
export function sumOf(metric: string, text: string): number {
  let sum = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith(metric)) continue;
    const [, value] = /^\w+(?:\{[^}]*\})? (\S+)$/.exec(line) ?? [];
    const isIt = line[metric.length] === ' ' || line[metric.length] === '{';
    if (isIt && value !== undefined) sum += Number(value);
  }
  return sum;
}

/** What etcd has counted since it started. It does not count messages between members. */
export function countersIn(metrics: string): Counters {
  return {
    bytesSent: sumOf('etcd_network_peer_sent_bytes_total', metrics),
    fsyncs: sumOf('etcd_disk_wal_fsync_duration_seconds_count', metrics),
    bytesPersisted: sumOf('etcd_disk_wal_write_bytes_total', metrics),
  };
}

/** A candidate is whoever knows no leader: etcd says no more. */
export const roleOf = ({ member, leader }: MemberStatus): NodeStatus['role'] => {
  if (leader === 0n) return 'candidate';
  return leader === member ? 'leader' : 'follower';
};
