/**
 * Who led when, from the nodes' own traces.
 *
 *     becomeLeader ......... stepDown | becomeFollower | becomeCandidate   of the same incarnation
 *     becomeLeader ......... kill                                         known from the faults
 *     becomeLeader ......... first line of the next incarnation           it must have died in between
 *     becomeLeader ......... end of the run
 *
 * A paused leader still thinks that it leads, and so it does here, until it wakes up and hears otherwise.
 */

import type { Leadership } from './types.ts';

/** One line of a node's trace, as far as it matters here. */
export interface RoleEvent {
  readonly timeNs: number;
  readonly node: string;
  /** Counts the starts of the node's process. */
  readonly incarnation: number;
  readonly ev:
    | 'becomeLeader'
    | 'becomeCandidate'
    | 'becomePreCandidate'
    | 'stepDown'
    | 'becomeFollower'
    | 'started';
  /** 0 where the event has none. */
  readonly term: number;
}

export interface Kill {
  readonly node: string;
  readonly timeNs: number;
}

export interface LeaderFigures {
  /** In order of time. */
  readonly leaderships: readonly Leadership[];
  /** Leaderships after the first one, by another node or by the same one in a later term. */
  readonly changes: number;
  /** Candidacies: each is one node asking for votes in one term, successful or not. */
  readonly elections: number;
}

const roleEvents = new Map<unknown, RoleEvent['ev']>([
  ['becomeLeader', 'becomeLeader'],
  ['becomeCandidate', 'becomeCandidate'],
  ['stepDown', 'stepDown'],
  ['becomeFollower', 'becomeFollower'],
  ['becomePreCandidate', 'becomePreCandidate'],
]);

const field = (value: object, name: string): unknown => Reflect.get(value, name);

/** undefined for what is not a JSON object with a time, or cannot be read at all (a torn last line). */
function parsed(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The role events of one node's trace, in its order. Lines of other events are passed over without being parsed; lines
 * that cannot be read are skipped: a killed node tears its last one.
 */
export function* roleEventsOf(node: string, lines: Iterable<string>): Generator<RoleEvent> {
  let incarnation: string | undefined;
  for (const line of lines) {
    const found = /"incarnation":(\d+)/.exec(line)?.[1];
    const restarted = found !== undefined && found !== incarnation;
    if (!restarted && !line.includes('"become') && !line.includes('"stepDown"')) continue;
    const value = parsed(line);
    const timeNs = value === undefined ? undefined : field(value, 'timeNs');
    if (value === undefined || typeof timeNs !== 'number') continue;
    const number = Number(found ?? 0);
    if (restarted) {
      incarnation = found;
      yield { timeNs, node, incarnation: number, ev: 'started', term: 0 };
    }
    const ev = roleEvents.get(field(value, 'ev'));
    const term = field(value, 'term');
    if (ev === undefined) continue;
    yield { timeNs, node, incarnation: number, ev, term: typeof term === 'number' ? term : 0 };
  }
}

/** When nodes sought leadership, be it by asking first whether it would be granted (pre-vote): ns, ascending. */
export const campaignsOf = (events: Iterable<RoleEvent>): number[] =>
  [...events]
    .filter(({ ev }) => ev === 'becomeCandidate' || ev === 'becomePreCandidate')
    .map(({ timeNs }) => timeNs)
    .sort((a, b) => a - b);

/** When a leadership that began at `since` was ended by a kill, or Infinity. */
function killedAt(kills: readonly Kill[], node: string, sinceNs: number): number {
  let first = Infinity;
  for (const kill of kills) {
    if (kill.node === node && kill.timeNs >= sinceNs) first = Math.min(first, kill.timeNs);
  }
  return first;
}

/** The leaderships of one node from its role events in order. */
function leadershipsOf(
  events: readonly RoleEvent[],
  kills: readonly Kill[],
  endNs: number,
): Leadership[] {
  const found: Leadership[] = [];
  let open: RoleEvent | undefined;
  const close = (atNs: number): void => {
    if (open === undefined) return;
    const end = Math.min(atNs, killedAt(kills, open.node, open.timeNs));
    found.push({
      node: open.node,
      term: open.term,
      startMs: open.timeNs / 1e6,
      endMs: Math.max(end, open.timeNs) / 1e6,
    });
    open = undefined;
  };
  for (const event of events) {
    if (event.ev === 'becomeLeader' && open?.term === event.term) continue;
    close(event.timeNs);
    if (event.ev === 'becomeLeader') open = event;
  }
  close(Math.max(endNs, open?.timeNs ?? 0));
  return found;
}

/** `events` of all nodes; those of one node in their order. `endNs`: the end of the run. */
export function leaderFigures(
  events: Iterable<RoleEvent>,
  kills: readonly Kill[],
  endNs: number,
): LeaderFigures {
  const byNode = new Map<string, RoleEvent[]>();
  let elections = 0;
  for (const event of events) {
    const own = byNode.get(event.node);
    if (own === undefined) byNode.set(event.node, [event]);
    else own.push(event);
    if (event.ev === 'becomeCandidate') elections += 1;
  }
  const leaderships = [...byNode.values()]
    .flatMap((own) => leadershipsOf(own, kills, endNs))
    .sort((a, b) => a.startMs - b.startMs || a.term - b.term);
  return { leaderships, changes: Math.max(0, leaderships.length - 1), elections };
}
