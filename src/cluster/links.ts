/**
 * The links between nodes: one proxy per ordered pair, and how the three styles of a cut are told to it. The dialling node is the
 * only one that sends over its connection, so the upstream stream is the whole of that direction.
 *
 *     hold     bandwidth 0 on the upstream stream: bytes wait in the proxy and arrive on heal
 *     drop     timeout 0 on the upstream stream: bytes vanish, and healing closes the connection
 *     refuse   the proxy is disabled: connections are closed, and new ones refused
 */

import type { CutStyle, Link, World } from '../schedule/world.ts';
import { Claims } from './claims.ts';
import { all, serial } from './serial.ts';
import { unavailable } from './unavailable.ts';

/** The two styles that are toxics, by the names that the toxics get. */
export type LinkToxic = Exclude<CutStyle, 'refuse'>;

export interface LinkState {
  readonly enabled: boolean;
  readonly toxics: readonly LinkToxic[];
}

/** The proxy of one link. Every method rejects when the proxy server did not do it. */
export interface LinkProxy {
  /** What the server says that it is. */
  read(): Promise<LinkState>;
  setEnabled(enabled: boolean): Promise<void>;
  addToxic(toxic: LinkToxic): Promise<void>;
  removeToxic(toxic: LinkToxic): Promise<void>;
}

export const linkName = ({ from, to }: Link): string => `${from}->${to}`;

/** When several cut the same link, the one that lets less through wins. */
const strength: readonly CutStyle[] = ['hold', 'drop', 'refuse'];

export const strongest = (styles: readonly CutStyle[]): CutStyle | undefined =>
  strength.findLast((style) => styles.includes(style));

const wanted = (style: CutStyle | undefined): LinkState => ({
  enabled: style !== 'refuse',
  toxics: style === undefined || style === 'refuse' ? [] : [style],
});

const same = (a: LinkState, b: LinkState): boolean =>
  a.enabled === b.enabled &&
  a.toxics.length === b.toxics.length &&
  a.toxics.every((toxic) => b.toxics.includes(toxic));

/** Brings a proxy to a state, in an order in which nothing slips through in between, and reads it back. */
async function bring(proxy: LinkProxy, name: string, want: LinkState): Promise<void> {
  const before = await proxy.read();
  if (same(before, want)) return;
  if (before.enabled && !want.enabled) await proxy.setEnabled(false);
  // The new toxic sits behind the old one, so what the old one lets go of on its removal meets the new one.
  for (const toxic of want.toxics) if (!before.toxics.includes(toxic)) await proxy.addToxic(toxic);
  for (const toxic of before.toxics)
    if (!want.toxics.includes(toxic)) await proxy.removeToxic(toxic);
  if (!before.enabled && want.enabled) await proxy.setEnabled(true);
  const after = await proxy.read();
  if (!same(after, want)) {
    throw new Error(
      `link ${name} should be ${JSON.stringify(want)} and is ${JSON.stringify(after)}`,
    );
  }
}

/** The links of a world over these proxies, by link name. */
export function proxiedLinks(proxies: ReadonlyMap<string, LinkProxy>): World['links'] {
  const claims = new Claims<CutStyle>();
  const oneByOne = serial();
  const settle = (name: string) =>
    oneByOne(name, async () => {
      const proxy = proxies.get(name);
      if (proxy === undefined) throw new RangeError(`no such link: ${name}`);
      await bring(proxy, name, wanted(strongest(claims.on(name))));
    });
  return {
    async cut(owner, links, style) {
      const names = links.map(linkName);
      for (const name of names) claims.add(owner, name, style);
      await all(names.map(settle));
    },
    degrade: unavailable('a degraded link'),
    reset: unavailable('a reset link'),
    async heal(owner) {
      await all(
        claims.withdraw(owner).map(async (name) => {
          await settle(name);
          claims.finish(owner, name);
        }),
      );
    },
  };
}
