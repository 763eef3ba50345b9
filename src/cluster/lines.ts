/** Lines behind proxies, on which several faults act at the same time: each is what all of them together want of it. */

import { setTimeout as delay } from 'node:timers/promises';
import { HarnessFailure } from '../errors.ts';
import { type Random, stream } from '../random/random.ts';
import { Claims } from './claims.ts';
import { limits } from './limits.ts';
import {
  type LineState,
  lossOf,
  sameState,
  sameToxic,
  stateText,
  type Want,
  wantedState,
} from './line-state.ts';
import { all, serial } from './serial.ts';
import { stallInTurn } from './stalls.ts';
import type { Direction, ToxicState } from './toxiproxy/toxic.ts';

/** The proxy of one line. Every method rejects when the proxy server did not do it. */
export interface LineProxy {
  /** What the server says that it is. */
  read(): Promise<LineState>;
  setEnabled(enabled: boolean): Promise<void>;
  /** Adds the toxic, or makes the one of its name equal to it. */
  setToxic(toxic: ToxicState): Promise<void>;
  removeToxic(name: string): Promise<void>;
  /** A new proxy in its place, in this state from the start; connections break. For one about which the server is silent. */
  renew(state: LineState): Promise<void>;
  /** Whether it is one of a real Toxiproxy, which ends itself when it is not handled with care. Left out: no. */
  readonly isFragile?: boolean;
}

/** By line: what was read back. */
export type Seen = Readonly<Record<string, string>>;

export interface Lines {
  /** Cuts add up; a quality replaces the owner's former one. */
  want(owner: string, names: readonly string[], want: Want): Promise<Seen>;
  heal(owner: string): Promise<void>;
  /** Breaks the connections once. */
  reset(names: readonly string[]): Promise<Seen>;
  /** Ends what goes on by itself; the proxies stay as they are. */
  stop(): void;
}

/**
 * Brings a proxy to a state and reads it back. A real Toxiproxy can lock itself out of a proxy for ever when a toxic is removed while
 * nobody reads what it held back (Shopify/toxiproxy#558); then a new proxy takes its place.
 */
async function bring(proxy: LineProxy, name: string, want: LineState): Promise<LineState> {
  try {
    return await change(proxy, name, want);
  } catch (error) {
    if (!(error instanceof HarnessFailure)) throw error;
    await proxy.renew(want);
    return change(proxy, name, want);
  }
}

/** Holds nothing back, so that it is gone as soon as its connection is. */
const holdsNothing = ({ toxic }: ToxicState): boolean =>
  toxic.kind === 'timeout' || toxic.kind === 'reset_peer';

/**
 * Whether a real Toxiproxy (2.12) had better be given a new proxy for this change:
 *
 *     closed connection:   noop gone -> a gone -> b holds bytes still
 *     a is removed, then b, and the next toxic that is added ends the whole server: "index out of range" (link.go)
 *
 * What stands before something that holds bytes is therefore never removed. And where connections break anyway, nothing is removed
 * from them at all: to wait until nobody reads what was held takes seconds, in which the server locks everybody out.
 */
function needsNew(before: LineState, want: LineState): boolean {
  const stays = ({ name }: ToxicState): boolean => want.toxics.some((toxic) => toxic.name === name);
  const removed = before.toxics.filter((toxic) => !stays(toxic));
  if (removed.length === 0) return false;
  if (!want.enabled || removed.some(({ toxic }) => toxic.kind === 'timeout')) return true;
  return removed.some((toxic) => {
    const after = before.toxics.slice(before.toxics.indexOf(toxic) + 1).filter(stays);
    const added = want.toxics.filter(({ name }) => !before.toxics.some((one) => one.name === name));
    return [...after, ...added].some(
      (other) => other.direction === toxic.direction && !holdsNothing(other),
    );
  });
}

async function change(proxy: LineProxy, name: string, want: LineState): Promise<LineState> {
  const before = await proxy.read();
  if (sameState(before, want)) return before;
  if (proxy.isFragile === true && needsNew(before, want)) {
    await proxy.renew(want);
    await adjust(proxy, await proxy.read(), want);
  } else {
    await adjust(proxy, before, want);
  }
  const after = await proxy.read();
  if (sameState(after, want)) return after;
  throw new Error(`link ${name} should be ${stateText(want)} and is ${stateText(after)}`);
}

/** In an order in which nothing slips through in between. */
async function adjust(proxy: LineProxy, before: LineState, want: LineState): Promise<void> {
  if (before.enabled && !want.enabled) await proxy.setEnabled(false);
  // A new toxic sits behind the old ones, so what an old one lets go of on its removal meets the new one.
  for (const toxic of want.toxics) {
    if (!before.toxics.some((other) => sameToxic(toxic, other))) await proxy.setToxic(toxic);
  }
  // The last one first: see `needsNew`.
  for (const toxic of before.toxics.toReversed()) {
    if (!want.toxics.some((other) => other.name === toxic.name)) {
      await proxy.removeToxic(toxic.name);
    }
  }
  if (!before.enabled && want.enabled) await proxy.setEnabled(true);
}

const resetPeer: ToxicState = {
  name: 'reset',
  direction: 'upstream',
  toxicity: 1,
  toxic: { kind: 'reset_peer', timeoutMs: 0 },
};

/** One line, and the losses on it that are going on. All methods but `stop` are called one at a time. */
class Line {
  readonly #name: string;
  readonly #proxy: LineProxy;
  readonly #directions: readonly Direction[];
  readonly #random: Random;
  #isStalled = false;
  #losing: { readonly loss: number; readonly over: AbortController } | undefined;
  #trouble: unknown;

  constructor(parts: {
    readonly name: string;
    readonly proxy: LineProxy;
    readonly directions: readonly Direction[];
    readonly random: Random;
  }) {
    this.#name = parts.name;
    this.#proxy = parts.proxy;
    this.#directions = parts.directions;
    this.#random = parts.random;
  }

  /** `inTurn` runs an action when no other one is running on this line. */
  async settle(wants: () => readonly Want[], inTurn: InTurn): Promise<string> {
    const loss = lossOf(wants());
    if (loss !== (this.#losing?.loss ?? 0)) {
      this.stop();
      this.#isStalled = loss > 0;
    }
    const seen = await this.#apply(wants());
    if (loss > 0 && this.#losing === undefined) this.#lose(loss, wants, inTurn);
    const trouble = this.#trouble;
    this.#trouble = undefined;
    if (trouble !== undefined) throw trouble;
    return seen;
  }

  /** An own toxic resets connections with data on them; disabling the proxy ends the silent ones. */
  async reset(wants: readonly Want[]): Promise<string> {
    const want = wantedState(wants, this.#isStalled, this.#directions);
    if (!want.enabled) return 'disabled: there is no connection';
    await bring(this.#proxy, this.#name, { enabled: true, toxics: [...want.toxics, resetPeer] });
    await delay(limits.resetGrace);
    await bring(this.#proxy, this.#name, { enabled: false, toxics: [] });
    return `connections broken, now ${stateText(await bring(this.#proxy, this.#name, want))}`;
  }

  stop(): void {
    this.#losing?.over.abort();
    this.#losing = undefined;
  }

  async #apply(wants: readonly Want[]): Promise<string> {
    const want = wantedState(wants, this.#isStalled, this.#directions);
    return stateText(await bring(this.#proxy, this.#name, want));
  }

  #lose(loss: number, wants: () => readonly Want[], inTurn: InTurn): void {
    const over = new AbortController();
    this.#losing = { loss, over };
    const setStalled = (stalled: boolean) =>
      inTurn(async () => {
        // Whoever ended the loss has said already what the line is to be.
        if (over.signal.aborted) return;
        this.#isStalled = stalled;
        await this.#apply(wants());
      });
    stallInTurn(loss, this.#random, setStalled, over.signal).catch((error: unknown) => {
      this.#trouble = error;
    });
  }
}

type InTurn = (action: () => Promise<void>) => Promise<void>;

/** `seed`: of the losses. */
export function proxiedLines(
  proxies: ReadonlyMap<string, LineProxy>,
  directions: readonly Direction[],
  seed: number,
): Lines {
  const claims = new Claims<Want>();
  const oneByOne = serial();
  const lines = new Map(
    [...proxies].map(([name, proxy]) => {
      const random = stream(seed, `loss/${name}`);
      return [name, new Line({ name, proxy, directions, random })];
    }),
  );
  const at = (name: string): Line => {
    const line = lines.get(name);
    if (line === undefined) throw new RangeError(`no such link: ${name}`);
    return line;
  };
  const settle = (name: string) =>
    oneByOne(name, () =>
      at(name).settle(
        () => claims.on(name),
        (action) => oneByOne(name, action),
      ),
    );
  const seenOn = async (names: readonly string[], act: (name: string) => Promise<string>) => {
    const seen: Record<string, string> = {};
    await all(
      names.map(async (name) => {
        seen[name] = await act(name);
      }),
    );
    return seen;
  };
  return {
    want(owner, names, want) {
      for (const name of names) {
        if (want.kind === 'quality') claims.drop(owner, name, (other) => other.kind === want.kind);
        claims.add(owner, name, want);
      }
      return seenOn(names, settle);
    },
    async heal(owner) {
      await all(
        claims.withdraw(owner).map(async (name) => {
          await settle(name);
          claims.finish(owner, name);
        }),
      );
    },
    reset: (names) =>
      seenOn(names, (name) => oneByOne(name, () => at(name).reset(claims.on(name)))),
    stop() {
      for (const line of lines.values()) line.stop();
    },
  };
}
