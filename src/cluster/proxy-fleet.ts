/** The proxies of one cluster on a Toxiproxy server, and what the styles of a cut are there. */

import { isDeepStrictEqual } from 'node:util';
import type { Address } from '../node/config.ts';
import type { LinkProxy, LinkToxic } from './links.ts';
import { all } from './serial.ts';
import type { Proxies, ToxicState } from './toxiproxy/proxies.ts';

export interface ProxyPlan {
  readonly name: string;
  readonly listen: Address;
  readonly upstream: Address;
}

export interface ProxyFleet extends AsyncDisposable {
  /** The proxy of this name, as a link. */
  link(name: string): LinkProxy;
}

/** Both act on all of what the dialling side sends. */
const toxics: Readonly<Record<LinkToxic, ToxicState>> = {
  hold: {
    name: 'hold',
    direction: 'upstream',
    toxicity: 1,
    toxic: { kind: 'bandwidth', rateKBps: 0 },
  },
  drop: {
    name: 'drop',
    direction: 'upstream',
    toxicity: 1,
    toxic: { kind: 'timeout', timeoutMs: 0 },
  },
};

const linkToxics: readonly LinkToxic[] = ['hold', 'drop'];

function linkOver(proxies: Proxies, name: string): LinkProxy {
  return {
    async read() {
      const state = await proxies.get(name);
      const isOn = (toxic: LinkToxic) =>
        state.toxics.some((seen) => isDeepStrictEqual(seen, toxics[toxic]));
      return { enabled: state.enabled, toxics: linkToxics.filter(isOn) };
    },
    setEnabled: async (enabled) => void (await proxies.setEnabled(name, enabled)),
    addToxic: async (toxic) => void (await proxies.setToxic(name, toxics[toxic])),
    removeToxic: (toxic) => proxies.removeToxic(name, toxic),
  };
}

/**
 * Creates the proxies; disposing of them removes them again, also from a server that somebody else runs. Throws HarnessFailure
 * when the server does not create one, and then leaves none behind.
 */
export async function createProxies(
  proxies: Proxies,
  plans: readonly ProxyPlan[],
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
  return { link: (name) => linkOver(proxies, name), [Symbol.asyncDispose]: removeAll };
}
