/** From a history of transactions to a verdict: infer, search, say which models are ruled out, within a budget. */

import type { History, Operation } from '#src/history/operation';
import { show } from '#src/history/source';
import type { Anomaly, AnomalyCycle, CheckResult } from '../checker.ts';
import { nothingRead } from '../found.ts';
import type { AnomalyName } from './anomalies.ts';
import { Budget, OutOfTime } from './budget.ts';
import type { Finding } from './findings.ts';
import { dependency } from './graph.ts';
import type { Inference, TransactionKind } from './inference.ts';
import { bytesPerStep, probeFrom, probeShare, toldMax } from './limits.ts';
import { boundary, type ConsistencyModel, forbids, isKnownOf, orderOf } from './models.ts';
import { type Cycle, type CycleStep, type FoundCycles, findCycles } from './search.ts';
import { type Transaction, transactionsOf, untilIndex } from './transactions.ts';

export interface JudgeOptions {
  readonly kind: TransactionKind;
  /** The history must be of all of them. */
  readonly models: readonly ConsistencyModel[];
  readonly timeLimitMs: number;
  /** What the check may use beyond the history itself, in bytes. */
  readonly memoryLimitBytes: number;
  /** A clock in ms. */
  readonly nowMs: () => number;
}

/** The verdict and what it rests on. */
export interface TransactionsResult extends CheckResult {
  /** The models that were asked about. */
  readonly consistencyModels: readonly string[];
  /** The weakest models that the history cannot be of. */
  readonly not: readonly string[];
  readonly alsoNot: readonly string[];
  /** The strongest models that nothing found speaks against. */
  readonly possible: readonly string[];
  /** How often each anomaly was found; of cycles, at most one of a name in a component. */
  readonly anomalyCounts: Readonly<Partial<Record<AnomalyName, number>>>;
  /** Found, but no contradiction to the models that were asked about. */
  readonly allowedAnomalies: readonly AnomalyName[];
  readonly checkedOperations: number;
  /** Transactions that count as having happened. */
  readonly committed: number;
  readonly dependencies: number;
  /** Groups of transactions that depend on each other in circles, and the size of the largest. */
  readonly components: number;
  readonly largestComponent: number;
  /** When only the beginning was checked: `index` of the first operation that was not. */
  readonly checkedUpTo?: number;
}

interface Checked {
  readonly transactions: readonly Transaction[];
  readonly inference: Inference;
  readonly found: FoundCycles;
  readonly end: number;
}

export function judge(history: History, options: JudgeOptions): TransactionsResult {
  const { kind, nowMs } = options;
  const budget = new Budget(nowMs() + options.timeLimitMs, nowMs);
  const all = transactionsOf(history, kind.names);
  const end = (history.at(-1)?.index ?? -1) + 1;
  const affordable = withinMemory(all, options.memoryLimitBytes);
  const checked = checkGrowing(all, affordable, end, budget, options);
  return resultOf(checked, all.length, end, options);
}

/** How many of the first transactions the memory allows for. */
function withinMemory(all: readonly Transaction[], bytes: number): number {
  let used = 0;
  for (const [id, { steps }] of all.entries()) {
    used += bytesPerStep * (1 + steps.length);
    if (used > bytes) return id;
  }
  return all.length;
}

/**
 * Checks a small beginning first when the history is long, to learn how fast that goes, and then as much as there is time for. A
 * history that is too long is thus still checked up to some operation. Nothing is lost: what is wrong with a beginning is
 * wrong with the whole.
 */
function checkGrowing(
  all: readonly Transaction[],
  affordable: number,
  end: number,
  budget: Budget,
  options: JudgeOptions,
): Checked | undefined {
  let best: Checked | undefined;
  let size = affordable < probeFrom ? affordable : Math.ceil(affordable * probeShare);
  for (let done = -1; size > done; ) {
    const startedMs = options.nowMs();
    const cut = size < all.length ? (all[size]?.invoke.index ?? end) : end;
    try {
      best = check(cut === end ? all : untilIndex(all, cut), cut, budget, options);
    } catch (error) {
      if (error instanceof OutOfTime) return best;
      throw error;
    }
    if (size === affordable) return best;
    done = size;
    const msEach = (options.nowMs() - startedMs) / done;
    // A larger check is a little slower for each transaction; leave room for that.
    const reachable = Math.floor(budget.leftMs / (msEach * 1.5));
    size = reachable >= affordable ? affordable : Math.floor(reachable * 0.7);
  }
  return best;
}

function check(
  transactions: readonly Transaction[],
  end: number,
  budget: Budget,
  { kind, models, nowMs }: JudgeOptions,
): Checked {
  const order = orderOf(models);
  const inference = kind.infer(transactions, order, budget);
  const found = findCycles(inference.graph, { order, endMs: budget.endMs, nowMs });
  return { transactions, inference, found, end };
}

function resultOf(
  checked: Checked | undefined,
  operations: number,
  end: number,
  { kind, models }: JudgeOptions,
): TransactionsResult {
  const names = new Set<AnomalyName>([
    ...(checked?.inference.counts.keys() ?? []),
    ...(checked?.found.counts.keys() ?? []),
  ]);
  const isForbidden = (name: AnomalyName): boolean => models.some((one) => forbids(one, name));
  const anomalies = checked === undefined ? [] : anomaliesOf(checked, isForbidden);
  const isPartial = checked === undefined || checked.end < end;
  const isFalse = anomalies.length > 0;
  const upTo = checked?.end ?? 0;
  const { not, alsoNot, possible } = boundary(names, orderOf(models));
  const doubt = isPartial
    ? `the budget was spent: checked up to operation ${upTo} of ${end}`
    : doubtOf(checked, names, models, kind);
  return {
    valid: isFalse ? false : doubt === undefined ? true : 'unknown',
    ...(isFalse
      ? { reason: `not ${listed(models.filter((m) => [...names].some((n) => forbids(m, n))))}` }
      : doubt !== undefined && { reason: doubt }),
    ...(!isFalse && doubt === nothingRead ? { provesNothing: true as const } : {}),
    anomalies,
    consistencyModels: models.map((one) => one.name),
    not,
    alsoNot,
    possible,
    anomalyCounts: checked === undefined ? {} : countsOf(checked),
    allowedAnomalies: [...names].filter((name) => !isForbidden(name)),
    checkedOperations: isPartial ? (checked?.transactions.length ?? 0) : operations,
    committed: checked?.inference.committed ?? 0,
    dependencies: checked?.inference.graph.to.length ?? 0,
    components: checked?.found.components ?? 0,
    largestComponent: checked?.found.largest ?? 0,
    ...(checked?.found.exhausted && { searchEndedEarly: true }),
    ...(isPartial && { checkedUpTo: upTo }),
  };
}

/** Whether its answer could have shown an anomaly. */
const hasRead = ({ status, isAnswered, steps }: Transaction, reads: readonly string[]): boolean =>
  status === 'ok' && isAnswered && steps.some(([f]) => reads.includes(f));

/** Why nobody can say that it is valid, although nothing that the models forbid was found. */
function doubtOf(
  { transactions, found }: Checked,
  names: ReadonlySet<AnomalyName>,
  models: readonly ConsistencyModel[],
  kind: TransactionKind,
): string | undefined {
  if (!transactions.some((one) => hasRead(one, kind.names.reads))) return nothingRead;
  if (found.exhausted) {
    return 'the search for cycles was ended by its budget: there may be worse ones than were found';
  }
  const open = models.filter((one) => !isKnownOf(one, names));
  if (open.length === 0) return undefined;
  return `found ${[...names].join(', ')}: whether a history of ${listed(open)} can show that depends on more than is searched for`;
}

const listed = (models: readonly ConsistencyModel[]): string =>
  models.map((one) => one.name).join(', ');

const countsOf = ({ inference, found }: Checked): TransactionsResult['anomalyCounts'] =>
  Object.fromEntries([...found.counts, ...inference.counts]);

function anomaliesOf(checked: Checked, isForbidden: (name: AnomalyName) => boolean): Anomaly[] {
  const { inference, found, transactions } = checked;
  const cycles = found.cycles.filter(({ name }) => isForbidden(name));
  const findings = inference.findings.filter(({ name }) => isForbidden(name));
  return [
    ...cycles.map((cycle) => cycleAnomaly(cycle, inference, transactions)),
    ...findings.map((finding) => findingAnomaly(finding, transactions)),
  ];
}

const called = (at: number): string => `T${at + 1}`;

/** `T1 is operation 3 of process 0: append x 1, r y [2]`. */
function introduction(transaction: Transaction | undefined, at: number): string {
  if (transaction === undefined) return '';
  const { invoke, status } = transaction;
  const outcome =
    status === 'ok' ? '' : status === 'fail' ? ', which failed' : ', whose outcome is unknown';
  return `${called(at)} is operation ${invoke.index} of process ${invoke.process}${outcome}: ${inWords(transaction)}.`;
}

function inWords({ steps, isAnswered }: Transaction): string {
  return steps
    .map(([f, key, value]) => {
      const isUnknown = f.startsWith('r') && !isAnswered;
      return `${f} ${typeof key === 'string' ? key : show(key)} ${isUnknown ? '?' : show(value ?? null)}`;
    })
    .join(', ');
}

function ruledOut(name: AnomalyName): string {
  const { not } = boundary([name]);
  return not.length === 0 ? '' : `This rules out ${not.join(' and ')}.`;
}

function operationsOf(ids: readonly number[], all: readonly Transaction[]): readonly Operation[] {
  return [...new Set(ids)]
    .flatMap((id) => [all[id]?.invoke, all[id]?.completion])
    .filter((op) => op !== undefined)
    .sort((a, b) => a.index - b.index);
}

function findingAnomaly(
  { name, transactions: ids, words }: Finding,
  all: readonly Transaction[],
): Anomaly {
  const who = ids.map((id, at) => introduction(all[id], at));
  const impossible = all[ids[0] ?? -1]?.completion;
  return {
    name,
    explanation: [...who, words, ruledOut(name)].join('\n'),
    operations: operationsOf(ids, all),
    ...(impossible === undefined ? {} : { impossible: impossible.index }),
  };
}

const kindNames: readonly (readonly [number, AnomalyCycle['dependencies'][number]['kind']])[] = [
  [dependency.wr, 'wr'],
  [dependency.rw, 'rw'],
  [dependency.ww, 'ww'],
  [dependency.process, 'process'],
  [dependency.realtime, 'realtime'],
];

const kindName = ({ kind }: CycleStep) =>
  kindNames.find(([bit]) => (kind & bit) !== 0)?.[1] ?? 'realtime';

function cycleAnomaly(
  { name, steps }: Cycle,
  inference: Inference,
  all: readonly Transaction[],
): Anomaly {
  // The transaction that was asked first is T1.
  const first = steps.reduce(
    (min, step, i) => (step.from < (steps[min]?.from ?? Infinity) ? i : min),
    0,
  );
  const ordered = [...steps.slice(first), ...steps.slice(0, first)];
  const ids = ordered.map((step) => step.from);
  const places = new Map(ids.map((id, at) => [id, at]));
  const nameOf = (id: number): string => called(places.get(id) ?? -1);
  const sentences = ordered.map((step, i) => {
    const start = i === ordered.length - 1 && i > 0 ? 'But ' : '';
    return `${start}${nameOf(step.from)} comes before ${nameOf(step.to)}: ${inference.explain(step, nameOf)}.`;
  });
  const who = ids.map((id, at) => introduction(all[id], at));
  return {
    name,
    explanation: [
      ...fewOf(who),
      ...fewOf(sentences),
      `No order of the transactions allows for all of that. ${ruledOut(name)}`,
    ].join('\n'),
    operations: operationsOf(fewIds(ids), all),
    ...(ids.length > toldMax ? {} : { cycle: drawing(ordered, ids, inference, all) }),
  };
}

const fewIds = (ids: readonly number[]): readonly number[] =>
  ids.length <= toldMax ? ids : [...ids.slice(0, toldMax / 2), ...ids.slice(-toldMax / 2)];

/** A long list without its middle. */
function fewOf(sentences: readonly string[]): readonly string[] {
  const left = sentences.length - toldMax;
  if (left <= 0) return sentences;
  const half = toldMax / 2;
  return [
    ...sentences.slice(0, half),
    `... and so on, ${left} more ...`,
    ...sentences.slice(-half),
  ];
}

function drawing(
  ordered: readonly CycleStep[],
  ids: readonly number[],
  inference: Inference,
  all: readonly Transaction[],
): AnomalyCycle {
  return {
    transactions: ids.map((id, at) => ({
      name: called(at),
      operation: all[id]?.invoke.index ?? -1,
      text: all[id] === undefined ? '' : inWords(all[id]),
    })),
    dependencies: ordered.map((step) => ({
      from: ids.indexOf(step.from),
      to: ids.indexOf(step.to),
      kind: kindName(step),
      label: inference.label(step),
    })),
  };
}
