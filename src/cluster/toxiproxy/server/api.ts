/** The endpoints: what each does and what it answers. */

import {
  decodePopulate,
  decodeProxy,
  decodeProxyChange,
  decodeToxic,
  decodeToxicChange,
  proxyBody,
  toxicBody,
} from './bodies.ts';
import type { ProxyCollection } from './collection.ts';
import { ApiError } from './errors.ts';
import type { ToxicProxy } from './proxy.ts';

export interface Call {
  readonly proxies: ProxyCollection;
  readonly version: string;
  /** The variable parts of the path. */
  readonly proxy: string;
  readonly toxic: string;
  /** The parsed body. Throws ApiError 400 when it is not JSON. */
  body(): unknown;
}

export interface Reply {
  readonly status: number;
  /** Sent as JSON; left out: no body. */
  readonly json?: unknown;
  readonly contentType?: string;
}

export interface Route {
  readonly methods: readonly string[];
  /** `:proxy` and `:toxic` stand for a name. */
  readonly path: string;
  readonly handle: (call: Call) => Reply | Promise<Reply>;
}

const ok = (json: unknown): Reply => ({ status: 200, json });
const created = (json: unknown): Reply => ({ status: 201, json });
const noContent: Reply = { status: 204 };

async function populate(call: Call): Promise<Reply> {
  const done: ToxicProxy[] = [];
  try {
    for (const spec of decodePopulate(call.body()))
      done.push(await call.proxies.addOrReplace(spec));
    return created({ proxies: done.map(proxyBody) });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // What was done before the failure stays, so the client is told about both.
    const json = { error: error.message, status: error.status, proxies: done.map(proxyBody) };
    return { status: error.status, json };
  }
}

const toxicsOf = (call: Call) => call.proxies.get(call.proxy).toxics.map(toxicBody);

function addToxic(call: Call): Reply {
  const proxy = call.proxies.get(call.proxy);
  const toxic = decodeToxic(call.body());
  proxy.add(toxic);
  return ok(toxicBody(toxic));
}

function updateToxic(call: Call): Reply {
  const proxy = call.proxies.get(call.proxy);
  const change = decodeToxicChange(proxy.toxic(call.toxic).kind, call.body());
  return ok(toxicBody(proxy.update(call.toxic, change)));
}

async function changeProxy(call: Call): Promise<Reply> {
  // An unknown proxy is a 404, whatever the body.
  call.proxies.get(call.proxy);
  return ok(proxyBody(await call.proxies.change(call.proxy, decodeProxyChange(call.body()))));
}

const proxyPath = '/proxies/:proxy';
const toxicPath = `${proxyPath}/toxics/:toxic`;

export const routes: readonly Route[] = [
  {
    methods: ['GET'],
    path: '/version',
    handle: ({ version }) => ({
      ...ok({ version }),
      contentType: 'application/json;charset=utf-8',
    }),
  },
  {
    methods: ['POST'],
    path: '/reset',
    handle: async ({ proxies }) => {
      await proxies.reset();
      return noContent;
    },
  },
  { methods: ['POST'], path: '/populate', handle: populate },
  {
    methods: ['GET'],
    path: '/proxies',
    handle: ({ proxies }) =>
      ok(Object.fromEntries(proxies.all().map((proxy) => [proxy.name, proxyBody(proxy)]))),
  },
  {
    methods: ['POST'],
    path: '/proxies',
    handle: async (call) => created(proxyBody(await call.proxies.add(decodeProxy(call.body())))),
  },
  {
    methods: ['GET'],
    path: proxyPath,
    handle: (call) => ok(proxyBody(call.proxies.get(call.proxy))),
  },
  { methods: ['POST', 'PATCH'], path: proxyPath, handle: changeProxy },
  {
    methods: ['DELETE'],
    path: proxyPath,
    handle: (call) => {
      call.proxies.remove(call.proxy);
      return noContent;
    },
  },
  { methods: ['GET'], path: `${proxyPath}/toxics`, handle: (call) => ok(toxicsOf(call)) },
  { methods: ['POST'], path: `${proxyPath}/toxics`, handle: addToxic },
  {
    methods: ['GET'],
    path: toxicPath,
    handle: (call) => ok(toxicBody(call.proxies.get(call.proxy).toxic(call.toxic))),
  },
  { methods: ['POST', 'PATCH'], path: toxicPath, handle: updateToxic },
  {
    methods: ['DELETE'],
    path: toxicPath,
    handle: (call) => {
      call.proxies.get(call.proxy).remove(call.toxic);
      return noContent;
    },
  },
];
