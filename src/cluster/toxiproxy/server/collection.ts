/** The proxies of a server, by name. */

import { formatAddress, type HostPort } from './address.ts';
import { proxyAlreadyExists, proxyNotFound } from './errors.ts';
import { ToxicProxy } from './proxy.ts';

/** A proxy as asked for. */
export interface ProxySpec {
  readonly name: string;
  readonly listen: HostPort;
  readonly upstream: HostPort;
  readonly enabled: boolean;
}

/** What a change asks for; what is left out stays. */
export type ProxyChange = Partial<Omit<ProxySpec, 'name'>>;

export class ProxyCollection {
  readonly #seed: number;
  readonly #proxies = new Map<string, ToxicProxy>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  all(): readonly ToxicProxy[] {
    return [...this.#proxies.values()];
  }

  /** Throws ApiError 404. */
  get(name: string): ToxicProxy {
    const proxy = this.#proxies.get(name);
    if (proxy === undefined) throw proxyNotFound();
    return proxy;
  }

  /** Throws ApiError 409 when the name is taken, 500 when the address cannot be had; then nothing was added. */
  async add(spec: ProxySpec): Promise<ToxicProxy> {
    if (this.#proxies.has(spec.name)) throw proxyAlreadyExists();
    const proxy = new ToxicProxy(spec.name, spec.listen, spec.upstream, this.#seed);
    if (spec.enabled) await proxy.start();
    this.#proxies.set(spec.name, proxy);
    return proxy;
  }

  /** One of the same name, listen address and upstream stays untouched; one that differs is replaced, toxics and all. */
  async addOrReplace(spec: ProxySpec): Promise<ToxicProxy> {
    const existing = this.#proxies.get(spec.name);
    if (existing !== undefined) {
      if (!differs(existing, spec)) return existing;
      this.remove(spec.name);
    }
    return this.add(spec);
  }

  /** A new address restarts the proxy, which cuts its connections. Throws ApiError 404, or 500: then it is left disabled. */
  async change(name: string, change: ProxyChange): Promise<ToxicProxy> {
    const proxy = this.get(name);
    const enabled = change.enabled ?? proxy.enabled;
    const wanted = {
      listen: change.listen ?? proxy.listen,
      upstream: change.upstream ?? proxy.upstream,
    };
    if (differs(proxy, wanted) || !enabled) proxy.stop();
    proxy.listen = wanted.listen;
    proxy.upstream = wanted.upstream;
    if (enabled) await proxy.start();
    return proxy;
  }

  /** Throws ApiError 404. */
  remove(name: string): void {
    this.get(name).stop();
    this.#proxies.delete(name);
  }

  /** Every proxy enabled, no toxics. Throws ApiError 500 when an address cannot be had; the other proxies are reset all the same. */
  async reset(): Promise<void> {
    const failures: unknown[] = [];
    for (const proxy of this.#proxies.values()) {
      proxy.removeAllToxics();
      await proxy.start().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  stopAll(): void {
    for (const proxy of this.#proxies.values()) proxy.stop();
  }
}

const differs = (
  proxy: ToxicProxy,
  wanted: { readonly listen: HostPort; readonly upstream: HostPort },
): boolean =>
  formatAddress(proxy.listen) !== formatAddress(wanted.listen) ||
  formatAddress(proxy.upstream) !== formatAddress(wanted.upstream);
