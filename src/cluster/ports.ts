/** Free ports on the loopback interface. */

import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { HarnessFailure } from '../errors.ts';

export interface PortRange {
  /** Both ends included. */
  readonly from: number;
  readonly to: number;
}

/** Services of the system and of its users live below, connections' own ports above. */
const preferred: PortRange = { from: 15_000, to: 32_000 };

/**
 * Ports from the range that the system hands out to outgoing connections would be lost while their owner is down: a killed node
 * could find its port taken by somebody's connection.
 */
function ordinaryRange(): PortRange {
  try {
    const text = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
    const ephemeralFrom = Number(text.trim().split(/\s+/)[0]);
    const to = Math.min(preferred.to, ephemeralFrom - 1);
    return to - preferred.from < 2_000 ? preferred : { ...preferred, to };
  } catch {
    return preferred;
  }
}

/** Whether a listener can be opened on 127.0.0.1 at this port now. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}

/**
 * Different free ports, tested by listening on each. Without a range: any below the ephemeral ones, from a random place on, so
 * that runs at the same time rarely meet. Throws HarnessFailure when there are not enough.
 */
export async function freePorts(count: number, range?: PortRange): Promise<readonly number[]> {
  const { from, to } = range ?? ordinaryRange();
  const size = to - from + 1;
  const first = range === undefined ? randomInt(size) : 0;
  const free: number[] = [];
  for (let step = 0; step < size && free.length < count; step += 1) {
    const port = from + ((first + step) % size);
    if (await isFree(port)) free.push(port);
  }
  if (free.length < count) {
    throw new HarnessFailure(
      `not enough free ports on 127.0.0.1: ${count} are needed, ${free.length} of the ${Math.max(0, size)} in ${from}-${to} are free; ` +
        'give a larger range, fewer nodes, or stop what uses these ports',
    );
  }
  return free;
}
