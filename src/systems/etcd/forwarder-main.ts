/**
 * The process of the forwarders, one listener per member: `node forwarder-main.ts PORT...`, on 127.0.0.1. Says `ready` once.
 * Lines on stdin: `{"port": ..., "routes": {"host:port": {"host": ..., "port": ...}}}` set the routes of one listener; each is
 * answered by the port. Ends with its stdin, which is how it notices that the harness is gone.
 */

import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Address } from '../../node/config.ts';
import { createForwarder, type Routes } from './forwarding.ts';

/** One line of stdin. */
interface Setting {
  readonly port: number;
  readonly routes: Readonly<Record<string, Address>>;
}

const routes = new Map<number, Routes>();
for (const port of process.argv.slice(2).map(Number)) {
  const none: Routes = new Map();
  const server = createForwarder(() => routes.get(port) ?? none);
  server.listen({ host: '127.0.0.1', port, exclusive: true });
  await once(server, 'listening');
}

// A terminal sends this to the whole process group; the harness closes stdin when it is done.
process.on('SIGINT', () => undefined);
process.stdout.on('error', () => undefined);
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { port, routes: given } = JSON.parse(line) as Setting;
  routes.set(port, new Map(Object.entries(given)));
  process.stdout.write(`${port}\n`);
});
lines.on('close', () => process.exit(0));
process.stdout.write('ready\n');
