/** What a seed draws for the machines: the options of the system, the network, the disks, and how patient clients are. */

import { weighted } from '#nemesis/weighted';
import { pick, type Random } from '../random/random.ts';
import type { HuntSubject } from './subject.ts';

/**
 * Small batches and small windows, but not both at once: where next to nothing fits through, clients ask for more than is ever done,
 * and what that looks like is a cluster that stands still.
 */
function drawWindow(random: Random) {
  const maxBatchEntries = weighted(random, [
    [256, 3],
    [1, 1],
    [2, 1],
    [5, 1],
  ] as const);
  const drawn = weighted(random, [
    [16, 3],
    [1, 1],
    [2, 1],
  ] as const);
  return { maxBatchEntries, maxInflight: Math.max(drawn, Math.ceil(8 / maxBatchEntries)) };
}

/** Leases need a leader that steps down, and clocks that do not jump; by how much they differ is known, and may be much. */
function drawReads(random: Random, nemesis: readonly string[] | undefined) {
  const checkQuorum = random.below(3) > 0;
  const isLeased = checkQuorum && random.below(3) === 0 && nemesis?.includes('clock') !== true;
  if (!isLeased) return { checkQuorum };
  return { checkQuorum, reads: 'lease', maxClockDrift: pick(random, [0.1, 0.5, 0.7]) };
}

/** Sizes at which batches split and windows fill up; the algorithm's own safe switches. */
export function drawOptions(
  { system, nemesis }: HuntSubject,
  t: number,
  random: Random,
): Record<string, unknown> {
  const own =
    system === 'raft'
      ? { preVote: random.below(4) > 0, ...drawReads(random, nemesis) }
      : system === 'paxos'
        ? { canvass: random.below(4) > 0, checkQuorum: random.below(3) > 0 }
        : {};
  return {
    electionTimeoutMs: t,
    heartbeatMs: Math.max(
      5,
      Math.round(
        t /
          weighted(random, [
            [6, 3],
            [10, 1],
            [3, 1],
          ] as const),
      ),
    ),
    ...drawWindow(random),
    maxUncommitted: weighted(random, [
      [4096, 4],
      [8, 1],
    ] as const),
    maxPendingReads: weighted(random, [
      [4096, 4],
      [4, 1],
    ] as const),
    ...own,
  };
}

/** The weather: most networks are good, some are slow, some lose, double and reorder. */
export function drawConditions(random: Random, t: number) {
  const drawn = weighted(random, [
    [1, 4],
    [4, 3],
    [15, 1],
  ] as const);
  // Nobody can be elected where messages take as long as the timeout (dissertation 9.1: broadcast time << election timeout).
  const mean = Math.min(drawn, t / 15);
  // Sometimes all messages take the same time, so that nodes stay in step with each other.
  const least = random.below(8) === 0 ? mean : mean / 4;
  const isBad = random.below(2) === 0;
  const share = (): number => (random.below(2) === 0 ? 0 : random.below(20) / 100);
  return {
    network: {
      transport: isBad ? ('datagram' as const) : ('stream' as const),
      latencyMs: { min: least, mean },
      ...(isBad
        ? {
            loss: share(),
            duplicates: share() + (random.below(3) === 0 ? 0.3 : 0),
            reordered: share(),
            ...drawStragglers(random, t),
          }
        : {}),
    },
    ...drawClients(random, t, mean),
    disk: {
      fsyncMs: weighted(random, [
        [{ min: 0.2, mean: 0.6 }, 3],
        [{ min: 1, mean: 8 }, 1],
      ] as const),
    },
    startMs: weighted(random, [
      [{ min: 1, mean: 5 }, 2],
      [{ min: 20, mean: 60 }, 1],
    ] as const),
  };
}

const hurried = (t: number) => ({ attemptTimeoutMs: Math.max(60, t / 2), retryPauseMs: 10 });

/** Longer than any operation lasts. */
const neverMs = 60_000;

/**
 * Clients in a hurry ask again for what is under way; on a slow network they would give up on everything. Clients that ask once pass on
 * what they are told: that it failed has to be true there and then, since no later attempt makes up for it.
 */
function drawClients(random: Random, t: number, latencyMs: number) {
  const kind = weighted(random, [
    ['usual', 4],
    ['hurried', 5],
    ['once', 3],
  ] as const);
  if (kind === 'hurried' && latencyMs < 15) return { clients: hurried(t) };
  if (kind !== 'once') return {};
  return { clients: { attemptTimeoutMs: neverMs, retryPauseMs: neverMs } };
}

/**
 * Whether more may be asked than fits through where little does: of clients in a hurry, or where so much is lost on the way that entries
 * sent one by one are older than their clients' patience before they are committed.
 */
export const fillsUp = ({ clients, network }: ReturnType<typeof drawConditions>): boolean =>
  (clients !== undefined && clients.retryPauseMs !== neverMs) ||
  (1 - (network.loss ?? 0)) * (1 - (network.stragglers ?? 0)) < 0.85;

/** Whether these clients never ask again for the same. */
export const asksOnce = ({ clients }: { readonly clients?: { readonly retryPauseMs: number } }) =>
  clients?.retryPauseMs === neverMs;

/** A few messages that come one to several elections late. */
function drawStragglers(random: Random, t: number) {
  const stragglers = weighted(random, [
    [0, 1],
    [0.02, 1],
    [0.1, 1],
  ] as const);
  const mean = weighted(random, [
    [t, 1],
    [2 * t, 2],
    [4 * t, 1],
  ] as const);
  return { stragglers, stragglerMs: { min: t / 4, mean } };
}
