/**
 * The embedded Toxiproxy: the HTTP API of Shopify's server (v2.12.0) and its toxics, in TypeScript, so that a fresh machine
 * needs nothing else. `/metrics` is left out. On purpose different from the real one:
 *
 * - A half-close passes on as one: the other direction goes on, and late replies arrive.
 * - A toxicity is drawn once per connection and toxic, from the server's seed; changes to other toxics do not redraw it.
 * - `reset_peer` resets every connection it affects, also those opened before it, and no other.
 * - A `timeout` toxic that is taken away closes the connections it affected, and no other.
 * - `bandwidth` with rate 0 holds the end of a stream too, like a cable that is cut.
 * - Changing toxics never waits for a peer, so it cannot deadlock on one that does not read.
 * - Loopback only; bad addresses, negative attributes and toxicities outside 0..1 are refused with 400.
 */

import { createServer } from 'node:http';
import { HarnessFailure } from '../../../errors.ts';
import type { Reply } from './api.ts';
import { ProxyCollection } from './collection.ts';
import { answer } from './http.ts';
import { limits } from './limits.ts';

/** The release whose behaviour is followed, and that this is not it. */
export const version = '2.12.0+dissent.embedded';

export interface EmbeddedOptions {
  /** `127.0.0.1` or `localhost`. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Decides which connections a toxicity affects, jitter and slices. */
  readonly seed: number;
  /** One line per request that changes something. */
  readonly log?: (line: string) => void;
}

export interface EmbeddedServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Stops every proxy and the API. */
  close(): Promise<void>;
}

/** Resolves when the API answers. Throws HarnessFailure when the port cannot be had. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const proxies = new ProxyCollection(options.seed);
  // Changes run one after the other, each to its end, so that none sees half of another.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<Reply>): Promise<Reply> => {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  };
  const server = createServer({ keepAliveTimeout: limits.keepAliveMs }, (request, response) => {
    void answer(request, response, { proxies, version, inTurn, log: options.log ?? (() => {}) });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new HarnessFailure(
          `The embedded Toxiproxy cannot listen on ${options.host}:${options.port}: ${error.message}. Use another port, or 0 for any free one.`,
        ),
      ),
    );
    server.listen({ host: '127.0.0.1', port: options.port }, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        proxies.stopAll();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
