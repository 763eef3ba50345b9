/** The proxies of one cluster on a Toxiproxy server. */

import type { Address } from '../node/config.ts';
import type { LineProxy } from './lines.ts';
import { all } from './serial.ts';
import type { Proxies } from './toxiproxy/proxies.ts';

export interface ProxyPlan {
  readonly name: string;
  readonly listen: Address;
  readonly upstream: Address;
}

export interface ProxyFleet extends AsyncDisposable {
  /** The proxy of this name. */
  line(name: string): LineProxy;
}

const lineOver = (
  proxies: Proxies,
  { name, upstream, listen }: ProxyPlan,
  isFragile: boolean,
): LineProxy => ({
  async read() {
    const { enabled, toxics } = await proxies.get(name);
    return { enabled, toxics };
  },
  setEnabled: async (enabled) => void (await proxies.setEnabled(name, enabled)),
  setToxic: async (toxic) => void (await proxies.setToxic(name, toxic)),
  removeToxic: (toxic) => proxies.removeToxic(name, toxic),
  // Nothing passes before all is as it should be.
  async renew({ enabled, toxics }) {
    await proxies.create(name, upstream, listen, false);
    for (const toxic of toxics) await proxies.setToxic(name, toxic);
    if (enabled) await proxies.setEnabled(name, true);
  },
  isFragile,
});

/**
 * Creates the proxies, `isFragile` ones where the server is a real one; disposing of them removes them again, also from a server that somebody else runs. Throws HarnessFailure
 * when the server does not create one, and then leaves none behind.
 */
export async function createProxies(
  proxies: Proxies,
  plans: readonly ProxyPlan[],
  isFragile = false,
): Promise<ProxyFleet> {
  // A server that is gone has no proxies either.
  const removeAll = async () => {
    await Promise.allSettled(plans.map(({ name }) => proxies.remove(name)));
  };
  try {
    await all(plans.map(({ name, upstream, listen }) => proxies.create(name, upstream, listen)));
  } catch (error) {
    await removeAll();
    throw error;
  }
  const byName = new Map(plans.map((plan) => [plan.name, plan]));
  return {
    line(name) {
      const plan = byName.get(name);
      if (plan === undefined) throw new RangeError(`no such proxy: ${name}`);
      return lineOver(proxies, plan, isFragile);
    },
    [Symbol.asyncDispose]: removeAll,
  };
}
