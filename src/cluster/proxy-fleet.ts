/** The proxies of one cluster on a Toxiproxy server. */

import { HarnessFailure } from '../errors.ts';
import type { Address } from '../node/config.ts';
import type { LineProxy } from './lines.ts';
import { all } from './serial.ts';
import type { Proxies } from './toxiproxy/proxies.ts';
import { ToxiproxyRefusal } from './toxiproxy/requests.ts';

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

/** How often a server is asked to create a proxy: a new one has nothing to lock itself out of, it is the machine that is busy. */
const attemptsToCreate = 5;

async function createPatiently(
  proxies: Proxies,
  { name, upstream, listen }: ProxyPlan,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await proxies.create(name, upstream, listen);
      return;
    } catch (error) {
      // 409: one that was given up on was carried out after all, behind the removal of its like.
      const isFinal = error instanceof ToxiproxyRefusal && error.status !== 409;
      if (isFinal || attempt === attemptsToCreate || !(error instanceof HarnessFailure))
        throw error;
    }
  }
}

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
    await all(plans.map((plan) => createPatiently(proxies, plan)));
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
