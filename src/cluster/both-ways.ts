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
import type { ToxicState } from './toxiproxy/proxies.ts';

/** What stands for a disabled proxy in the direction of the answers. */
const refusal: ToxicState = {
  name: 'refuse-back',
  direction: 'downstream',
  toxicity: 1,
  toxic: { kind: 'timeout', timeoutMs: 0 },
};

/** One proxy as two lines that know nothing of each other. */
function halves(proxy: LineProxy): { readonly asked: LineProxy; readonly answered: LineProxy } {
  const wanted = { asked: new Map<string, ToxicState>(), answered: new Map<string, ToxicState>() };
  let enabled = true;
  const half = (
    own: 'asked' | 'answered',
  ): Pick<LineProxy, 'setToxic' | 'removeToxic' | 'renew'> => ({
    async setToxic(toxic) {
      wanted[own].set(toxic.name, toxic);
      await proxy.setToxic(toxic);
    },
    async removeToxic(name) {
      wanted[own].delete(name);
      await proxy.removeToxic(name);
    },
    // The new proxy has nothing of what the other half wants, and this half says again what it does.
    async renew() {
      wanted[own].clear();
      await proxy.renew();
      const others = wanted[own === 'asked' ? 'answered' : 'asked'];
      for (const toxic of others.values()) await proxy.setToxic(toxic);
      if (own === 'asked') enabled = true;
      else if (!enabled) await proxy.setEnabled(false);
    },
  });
  const inDirection = ({ toxics }: LineState, direction: ToxicState['direction']) =>
    toxics.filter((toxic) => toxic.direction === direction);
  const answered = half('answered');
  return {
    asked: {
      ...half('asked'),
      async read() {
        const state = await proxy.read();
        return { enabled: state.enabled, toxics: inDirection(state, 'upstream') };
      },
      async setEnabled(on) {
        enabled = on;
        await proxy.setEnabled(on);
      },
    },
    answered: {
      ...answered,
      async read() {
        const toxics = inDirection(await proxy.read(), 'downstream');
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
  const half = (link: Link, which: 'asked' | 'answered'): LineProxy => {
    const found = split.get(linkName(link))?.[which];
    if (found === undefined) throw new RangeError(`no proxy for the link ${linkName(link)}`);
    return found;
  };
  const back = ({ from, to }: Link): Link => ({ from: to, to: from });
  const lines = (which: 'asked' | 'answered') =>
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
