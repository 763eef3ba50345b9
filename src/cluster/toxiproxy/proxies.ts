/**
 * Proxies and toxics as the harness speaks of them. The work is done by `toxiproxy-node-client`; its HTTP part is replaced,
 * because that loses the server's message, never times out and does not tie a toxic's type to its attributes.
 * Whatever a nemesis calls may be called twice: installing again updates, removing what is gone succeeds.
 */

import { isDeepStrictEqual } from 'node:util';
import {
  Toxiproxy as Client,
  Proxy as ClientProxy,
  type ICreateToxicBody,
} from 'toxiproxy-node-client';
import { HarnessFailure } from '../../errors.ts';
import type { Address } from '../../node/config.ts';
import { request, ToxiproxyRefusal } from './requests.ts';
import type { ProxyState, ToxicState } from './toxic.ts';
import { decodeProxies, decodeProxyState, decodeToxicState, encodeToxic } from './wire.ts';

export { ToxiproxyRefusal } from './requests.ts';

/** Every method throws RangeError for a name that fits into no URL, HarnessFailure when the server cannot be reached in time, and ToxiproxyRefusal when it refuses. */
export interface Proxies {
  readonly url: string;
  /** A new proxy without toxics, enabled unless told otherwise, on a free loopback port, or on `listen`. Replaces one of the same name. */
  create(name: string, upstream: Address, listen?: Address, enabled?: boolean): Promise<ProxyState>;
  get(name: string): Promise<ProxyState>;
  list(): Promise<readonly ProxyState[]>;
  /** Succeeds when there is none. */
  remove(name: string): Promise<void>;
  /** Installs the toxic, or makes the one of that name equal to it. Resolves when the server confirmed exactly that. */
  setToxic(
    proxy: string,
    toxic: Omit<ToxicState, 'toxicity'> & { toxicity?: number },
  ): Promise<ToxicState>;
  /** Succeeds when there is no such toxic. */
  removeToxic(proxy: string, toxic: string): Promise<void>;
  /** Disabled: connections are cut and new ones refused. Resolves when the server confirmed it. */
  setEnabled(proxy: string, enabled: boolean): Promise<ProxyState>;
  /** Every proxy enabled, every toxic gone. */
  reset(): Promise<void>;
  version(): Promise<string>;
}

/** `timeoutMs`: how long a request may take, default 5000. */
export function connectProxies(
  url: string,
  options: { readonly timeoutMs?: number } = {},
): Proxies {
  const client = clientOf(url.replace(/\/+$/, ''), options.timeoutMs ?? 5000);
  const read = async (name: string) =>
    decodeProxyState((await client.api.get<unknown>(proxyUrl(client, name))).data);
  return {
    url: client.host,
    get: read,
    create: (name, upstream, listen, enabled) =>
      create(client, name, upstream, { listen, enabled }),
    list: async () => decodeProxies((await client.api.get<unknown>(`${client.host}/proxies`)).data),
    remove: (name) => unlessAbsent(client.api.delete(proxyUrl(client, name))),
    setToxic: (proxy, toxic) => setToxic(client, proxy, { toxicity: 1, ...toxic }),
    removeToxic: (proxy, toxic) =>
      unlessAbsent(client.api.delete(`${proxyUrl(client, proxy)}/toxics/${named(toxic)}`)),
    setEnabled: async (proxy, enabled) => {
      const { data } = await client.api.post<unknown>(proxyUrl(client, proxy), { enabled });
      const state = decodeProxyState(data);
      if (state.enabled !== enabled)
        throw new HarnessFailure(
          `Toxiproxy at ${client.host} confirmed a change of proxy ${proxy}, but it is ${state.enabled ? 'enabled' : 'disabled'} still.`,
        );
      return state;
    },
    reset: () => client.reset(),
    version: async () => {
      const text = await client.getVersion();
      return /"version":\s*"([^"]*)"/.exec(text)?.[1] ?? text.trim();
    },
  };
}

/** The client with its HTTP methods exchanged for ours: every object it makes uses the same ones. */
function clientOf(url: string, timeoutMs: number): Client {
  const client = new Client(url);
  const api = client.getApi();
  api.get = async <T>(at: string) => ({ data: (await request('GET', at, timeoutMs)).json<T>() });
  api.post = async <T>(at: string, body?: unknown) => ({
    data: (await request('POST', at, timeoutMs, body)).json<T>(),
  });
  api.delete = async (at) => void (await request('DELETE', at, timeoutMs));
  api.getText = async (at) => (await request('GET', at, timeoutMs)).text;
  return client;
}

/** The client puts names into URLs as they are, so one that would change the path is refused. Throws RangeError. */
function named(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/?#%\\]/.test(name))
    throw new RangeError(
      `not a name for a proxy or toxic: "${name}"; it must not be empty or contain / ? # % \\`,
    );
  return name;
}

const proxyUrl = (client: Client, name: string): string => `${client.host}/proxies/${named(name)}`;

async function create(
  client: Client,
  name: string,
  upstream: Address,
  options: { readonly listen: Address | undefined; readonly enabled: boolean | undefined },
): Promise<ProxyState> {
  const { listen = { host: '127.0.0.1', port: 0 }, enabled = true } = options;
  await unlessAbsent(client.api.delete(proxyUrl(client, name)));
  const text = ({ host, port }: Address) => `${host}:${port}`;
  const addresses = { listen: text(listen), upstream: text(upstream) };
  const proxy = await client.createProxy({ name, ...addresses, enabled });
  return decodeProxyState({ ...proxy.toJson(), toxics: [] });
}

async function setToxic(client: Client, proxy: string, wanted: ToxicState): Promise<ToxicState> {
  // Only its name matters: the client puts it into the paths it asks for.
  const at = new ClientProxy(client, {
    name: named(proxy),
    listen: '',
    upstream: '',
    enabled: true,
    toxics: [],
  });
  named(wanted.name);
  const body = encodeToxic(wanted);
  const seen = decodeToxicState((await addOrUpdate(at, body)).toJson());
  if (!isDeepStrictEqual(seen, wanted))
    throw new HarnessFailure(
      `Toxiproxy at ${client.host} did not install the toxic as asked: wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(seen)}.`,
    );
  return seen;
}

type Body = ICreateToxicBody<Readonly<Record<string, number>>>;

async function addOrUpdate(at: ClientProxy, body: Body) {
  try {
    return await at.addToxic(body);
  } catch (error) {
    if (!isRefusal(error, 409)) throw error;
  }
  const existing = await at.getToxic(body.name);
  if (existing.type === body.type && existing.stream === body.stream) return existing.update(body);
  // Neither the type nor the direction of a toxic can change.
  await unlessAbsent(existing.remove());
  return at.addToxic(body);
}

const isRefusal = (error: unknown, status: number): boolean =>
  error instanceof ToxiproxyRefusal && error.status === status;

async function unlessAbsent(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!isRefusal(error, 404)) throw error;
  });
}
