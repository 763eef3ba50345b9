/**
 * Consistency models of transactions and what each of them forbids: a lattice. Names and relations are those of the
 * literature: Adya's thesis (PL-1 to PL-3, PL-SS and the levels between), Bailis et al. 2013 (monotonic atomic view), Cerone,
 * Bernardi, Gotsman 2015 (read atomic, causal, prefix, parallel snapshot isolation), Cerone and Gotsman 2016 (snapshot isolation
 * forbids exactly the cycles without adjacent anti-dependencies), Daudjee and Salem 2004 and 2006 (sessions).
 */

import { BadInput } from '#src/errors';
import { type AnomalyName, type Order, orders, withImplied } from './anomalies.ts';

export interface ConsistencyModel {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Weaker models: whoever keeps this one keeps those. */
  readonly implies: readonly string[];
  /** What this model forbids beyond what the weaker ones forbid. */
  readonly forbids: readonly AnomalyName[];
  /** The same by theorems that came after the usual lattice: these rule the model out without making it a boundary. */
  readonly forbidsToo: readonly AnomalyName[];
}

const model = (
  name: string,
  aliases: readonly string[],
  implies: readonly string[],
  forbids: readonly AnomalyName[],
  forbidsToo: readonly AnomalyName[] = [],
): ConsistencyModel => ({ name, aliases, implies, forbids, forbidsToo });

/** From weak to strong. */
export const consistencyModels: readonly ConsistencyModel[] = [
  model(
    'read-uncommitted',
    ['PL-1'],
    [],
    ['G0', 'duplicate-elements', 'cyclic-versions', 'garbage-read'],
  ),
  model('read-committed', ['PL-2'], ['read-uncommitted'], ['G1a', 'G1b', 'G1c']),
  model('monotonic-view', ['PL-2L'], ['read-committed'], []),
  model('monotonic-snapshot-read', ['PL-MSR'], ['read-committed'], []),
  model('monotonic-atomic-view', [], ['read-committed'], []),
  model('cursor-stability', ['PL-CS'], ['read-committed'], ['lost-update']),
  model('consistent-view', ['PL-2+'], ['cursor-stability', 'monotonic-view'], ['G-single']),
  model('forward-consistent-view', ['PL-FCV'], ['consistent-view'], []),
  model('update-serializable', ['PL-3U'], ['forward-consistent-view'], []),
  model(
    'repeatable-read',
    ['PL-2.99'],
    ['cursor-stability', 'monotonic-atomic-view'],
    ['G2-item', 'lost-update'],
  ),
  model('read-atomic', [], ['monotonic-atomic-view'], ['internal', 'G1a', 'future-read']),
  model('update-atomic', ['ROLA'], ['read-atomic'], ['lost-update']),
  model('causal-cerone', ['causal'], ['read-atomic'], []),
  model('prefix', [], ['causal-cerone'], []),
  model(
    'parallel-snapshot-isolation',
    ['PSI'],
    ['causal-cerone', 'update-atomic'],
    [],
    // Cerone and Gotsman 2016: every cycle has at least two anti-dependencies.
    ['G-single'],
  ),
  model(
    'snapshot-isolation',
    ['PL-SI', 'SI'],
    ['forward-consistent-view', 'monotonic-snapshot-read', 'parallel-snapshot-isolation', 'prefix'],
    ['G-nonadjacent'],
  ),
  model(
    'serializable',
    ['PL-3', 'conflict-serializable', 'view-serializable', '1SR'],
    ['repeatable-read', 'snapshot-isolation', 'update-serializable'],
    [],
  ),
  model(
    'strong-session-read-uncommitted',
    ['strong-session-PL-1'],
    ['read-uncommitted'],
    ['G0-process'],
  ),
  model(
    'strong-session-read-committed',
    ['strong-session-PL-2'],
    ['read-committed', 'strong-session-read-uncommitted'],
    ['G1c-process'],
  ),
  model(
    'strong-session-snapshot-isolation',
    ['strong-session-SI'],
    ['snapshot-isolation', 'strong-session-read-committed'],
    ['G-nonadjacent-process', 'cyclic-versions-process'],
  ),
  model(
    'strong-session-serializable',
    ['session-serializable'],
    ['serializable', 'strong-session-snapshot-isolation'],
    ['G2-item-process'],
  ),
  model(
    'strong-read-uncommitted',
    ['strong-PL-1'],
    ['strong-session-read-uncommitted'],
    ['G0-realtime'],
  ),
  model(
    'strong-read-committed',
    ['strong-PL-2'],
    ['strong-session-read-committed', 'strong-read-uncommitted'],
    ['G1c-realtime'],
  ),
  model(
    'strong-snapshot-isolation',
    ['strong-SI'],
    ['strong-session-snapshot-isolation', 'strong-read-committed'],
    ['G-nonadjacent-realtime', 'cyclic-versions-realtime'],
  ),
  model(
    'strict-serializable',
    ['strong-serializable', 'PL-SS'],
    ['strong-session-serializable', 'strong-snapshot-isolation'],
    ['G2-item-realtime'],
  ),
];

/**
 * Models that forbid more than the anomalies that are searched for: fractured reads, phenomena of cursors, cycles among updates. A
 * history without what is forbidden above is of such a model for certain only if it is of a stronger one that is not among them.
 */
const notAllIsSearchedFor: ReadonlySet<string> = new Set([
  'monotonic-view',
  'monotonic-snapshot-read',
  'monotonic-atomic-view',
  'cursor-stability',
  'forward-consistent-view',
  'update-serializable',
  'read-atomic',
  'update-atomic',
  'causal-cerone',
  'prefix',
]);

const byName: ReadonlyMap<string, ConsistencyModel> = new Map(
  consistencyModels.flatMap((one) =>
    [one.name, ...one.aliases].map((name) => [name.toLowerCase(), one] as const),
  ),
);

/** By name or alias, whatever the case. Throws BadInput that lists the names. */
export function consistencyModel(name: string): ConsistencyModel {
  const found = byName.get(name.toLowerCase());
  if (found !== undefined) return found;
  throw new BadInput(
    `unknown consistency model ${JSON.stringify(name)}. Allowed: ${consistencyModels.map((one) => one.name).join(', ')}, and the names of Adya's levels such as PL-2 and PL-SI.`,
  );
}

/** A model and all weaker ones. */
function downwards(one: ConsistencyModel): ReadonlySet<ConsistencyModel> {
  const all = new Set([one]);
  for (const each of all) for (const name of each.implies) all.add(consistencyModel(name));
  return all;
}

const weakerThan: ReadonlyMap<ConsistencyModel, ReadonlySet<ConsistencyModel>> = new Map(
  consistencyModels.map((one) => [one, downwards(one)]),
);

export const isAtLeast = (strong: ConsistencyModel, weak: ConsistencyModel): boolean =>
  weakerThan.get(strong)?.has(weak) ?? false;

const forbiddenBy: ReadonlyMap<ConsistencyModel, ReadonlySet<AnomalyName>> = new Map(
  consistencyModels.map((one) => [
    one,
    new Set([...downwards(one)].flatMap((weak) => [...weak.forbids, ...weak.forbidsToo])),
  ]),
);

/** Whether a history with this anomaly cannot be one of this model. */
export function forbids(one: ConsistencyModel, anomaly: AnomalyName): boolean {
  const forbidden = forbiddenBy.get(one) ?? new Set();
  return [...withImplied([anomaly])].some((name) => forbidden.has(name));
}

/** Whether a history in which just these were found is of this model, or nobody can tell from them. */
export function isKnownOf(one: ConsistencyModel, anomalies: Iterable<AnomalyName>): boolean {
  const names = [...anomalies];
  return consistencyModels.some(
    (strong) =>
      isAtLeast(strong, one) &&
      !notAllIsSearchedFor.has(strong.name) &&
      orderOf([strong]) === orderOf([one]) &&
      !names.some((name) => forbids(strong, name)),
  );
}

/** What anomalies say about all models. Names, from weak to strong. */
export interface Boundary {
  /** The weakest models that the history cannot be of. */
  readonly not: readonly string[];
  /** All stronger ones, which it cannot be of either. */
  readonly alsoNot: readonly string[];
  /** The strongest of the examined models that are left. */
  readonly possible: readonly string[];
}

/** The strongest order that any of the models respects: what a check of them has to look at. */
export function orderOf(models: readonly ConsistencyModel[]): Order {
  if (models.some((one) => forbids(one, 'G0-realtime'))) return '-realtime';
  return models.some((one) => forbids(one, 'G0-process')) ? '-process' : '';
}

/** What these anomalies rule out. Models that respect more than `order` were not examined, so none of them is called possible. */
export function boundary(anomalies: Iterable<AnomalyName>, order: Order = '-realtime'): Boundary {
  const names = [...new Set(anomalies)];
  const isOut = (one: ConsistencyModel): boolean => names.some((name) => forbids(one, name));
  const out = consistencyModels.filter(isOut);
  const isExamined = (one: ConsistencyModel): boolean =>
    orders.indexOf(orderOf([one])) <= orders.indexOf(order);
  const left = consistencyModels.filter((one) => !isOut(one) && isExamined(one));
  const isBoundary = (one: ConsistencyModel): boolean => {
    const own = new Set(withImplied(names)).intersection(new Set(one.forbids));
    return own.size > 0 && !out.some((o) => o !== one && isAtLeast(one, o));
  };
  const weakest = out.filter(isBoundary);
  const strongest = left.filter((one) => !left.some((o) => o !== one && isAtLeast(o, one)));
  return {
    not: weakest.map((one) => one.name),
    alsoNot: out.filter((one) => !weakest.includes(one)).map((one) => one.name),
    possible: strongest.map((one) => one.name),
  };
}
