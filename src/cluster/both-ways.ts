/**
 * Links between nodes that also answer on the connections which others dialled, as HTTP servers do. Each ordered pair has one proxy, and
 * what n1 sends to n2 takes two of them:
 *
 *     n1 --dials--> [proxy n1->n2] --> n2      the link n1->n2 is this proxy upstream ...
 *     n2 --dials--> [proxy n2->n1] --> n1      ... and this one downstream
 *
 * So a cut of n1->n2 stops what n1 sends on either connection, and what n2 sends goes on. A proxy that is disabled would stop both;
 * therefore `refuse` disables the one that n1 dials, and in the other the answers of n1 vanish.
 */

import type { Link } from '../schedule/world.ts';
import type { LineState } from './line-state.ts';
import { type LineProxy, type Lines, proxiedLines } from './lines.ts';
import { linkName } from './links.ts';
import type { ToxicState } from './toxiproxy/toxic.ts';

/** What stands for a disabled proxy in the direction of the answers. */
const refusal: ToxicState = {
  name: 'refuse-back',
  direction: 'downstream',
  toxicity: 1,
  toxic: { kind: 'timeout', timeoutMs: 0 },
};

type Which = 'asked' | 'answered';

/** What both halves want of one proxy, and its renewal, which is one for both: either may find that the server has locked itself out. */
class Shared {
  readonly wanted = {
    asked: new Map<string, ToxicState>(),
    answered: new Map<string, ToxicState>(),
  };
  enabled = true;
  readonly #proxy: LineProxy;
  readonly #triedAtMs = { asked: 0, answered: 0 };
  #renewedAtMs = 0;
  #renewing: Promise<void> | undefined;

  constructor(proxy: LineProxy) {
    this.#proxy = proxy;
  }

  /** Takes note of when it was tried, which is never while the proxy is being replaced: half of it would be there. */
  async try<T>(which: Which, action: () => Promise<T>): Promise<T> {
    while (this.#renewing !== undefined) await this.#renewing.catch(() => undefined);
    this.#triedAtMs[which] = performance.now();
    return action();
  }

  async renew(which: Which, toxics: readonly ToxicState[]): Promise<void> {
    this.wanted[which] = new Map(toxics.map((toxic) => [toxic.name, toxic]));
    // What failed was on the proxy that is gone already.
    if (this.#renewing === undefined && this.#renewedAtMs > this.#triedAtMs[which]) return;
    this.#renewing ??= this.#replace().finally(() => {
      this.#renewing = undefined;
    });
    await this.#renewing;
  }

  async #replace(): Promise<void> {
    const { asked, answered } = this.wanted;
    const toxics = [...asked.values(), ...answered.values()];
    await this.#proxy.renew({ enabled: this.enabled, toxics });
    this.#renewedAtMs = performance.now();
  }
}

const inDirection = ({ toxics }: LineState, direction: ToxicState['direction']) =>
  toxics.filter((toxic) => toxic.direction === direction);

/** One proxy as two lines that know nothing of each other. */
function halves(proxy: LineProxy): Readonly<Record<Which, LineProxy>> {
  const shared = new Shared(proxy);
  const half = (which: Which): Pick<LineProxy, 'setToxic' | 'removeToxic'> => ({
    async setToxic(toxic) {
      shared.wanted[which].set(toxic.name, toxic);
      await shared.try(which, () => proxy.setToxic(toxic));
    },
    async removeToxic(name) {
      shared.wanted[which].delete(name);
      await shared.try(which, () => proxy.removeToxic(name));
    },
  });
  const isFragile = proxy.isFragile === true;
  const asked = half('asked');
  const answered = half('answered');
  return {
    asked: {
      ...asked,
      isFragile,
      renew({ enabled, toxics }) {
        shared.enabled = enabled;
        return shared.renew('asked', toxics);
      },
      async read() {
        const state = await shared.try('asked', () => proxy.read());
        return { enabled: state.enabled, toxics: inDirection(state, 'upstream') };
      },
      async setEnabled(on) {
        shared.enabled = on;
        await shared.try('asked', () => proxy.setEnabled(on));
      },
    },
    answered: {
      ...answered,
      isFragile,
      renew: ({ enabled, toxics }) =>
        shared.renew('answered', enabled ? toxics : [...toxics, refusal]),
      async read() {
        const state = await shared.try('answered', () => proxy.read());
        const toxics = inDirection(state, 'downstream');
        const isRefused = toxics.some(({ name }) => name === refusal.name);
        return { enabled: !isRefused, toxics: toxics.filter(({ name }) => name !== refusal.name) };
      },
      setEnabled: (on) => (on ? answered.removeToxic(refusal.name) : answered.setToxic(refusal)),
    },
  };
}

/** `proxies`: by link, the proxy that its first node dials. Names of lines are those of the links. `seed`: of the losses. */
export function linesBothWays(
  links: readonly Link[],
  proxies: ReadonlyMap<string, LineProxy>,
  seed: number,
): Lines {
  const split = new Map([...proxies].map(([name, proxy]) => [name, halves(proxy)]));
  const half = (link: Link, which: Which): LineProxy => {
    const found = split.get(linkName(link))?.[which];
    if (found === undefined) throw new RangeError(`no proxy for the link ${linkName(link)}`);
    return found;
  };
  const back = ({ from, to }: Link): Link => ({ from: to, to: from });
  const lines = (which: Which) =>
    new Map(
      links.map((link) => [linkName(link), half(which === 'asked' ? link : back(link), which)]),
    );
  const asked = proxiedLines(lines('asked'), ['upstream'], seed);
  const answered = proxiedLines(lines('answered'), ['downstream'], seed);
  const reverse = new Map(links.map((link) => [linkName(link), linkName(back(link))]));
  return {
    async want(owner, names, want) {
      const [sent, back] = await settled([
        asked.want(owner, names, want),
        answered.want(owner, names, want),
      ]);
      return Object.fromEntries(
        names.map((name) => [name, `${sent?.[name]}; answers ${back?.[name]}`]),
      );
    },
    async heal(owner) {
      await settled([asked.heal(owner), answered.heal(owner)]);
    },
    /** A connection breaks for both who use it, whoever dialled. */
    reset: (names) =>
      asked.reset([...new Set(names.flatMap((name) => [name, reverse.get(name) ?? name]))]),
    stop() {
      asked.stop();
      answered.stop();
    },
  };
}

/** Waits for all, also when some fail, and then throws the first failure. */
async function settled<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  const results = await Promise.allSettled(work);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
