/** Listening on loopback. */

import { createServer, type Server, type Socket } from 'node:net';
import type { Address } from './config.ts';

/** Calls `accept` for every connection. Rejects with the system's error (EADDRINUSE, ...) when the address cannot be had. */
export function listen(address: Address, accept: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true }, accept);
    server.once('error', reject);
    server.listen({ host: address.host, port: address.port }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}
