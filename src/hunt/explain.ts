/**
 * Runs a repro once more, watches everything, and puts together what its page shows: what contradicts what, who was what when,
 * every message, and the operations of the clients. Pure in its result: the same repro gives the same picture.
 */

import type { Anomaly } from '#checkers/checker';
import { catalogue, createInvariants, type InvariantSettings } from '#checkers/invariants/index';
import { describe, indexAttempts, reportAnomaly } from '#reports/evidence';
import type { Arrow, Contradiction, SpaceTime } from '#reports/space-time-types';
import { plain, shorten } from '#reports/text';
import type { EvidenceOperation, ReportAnomaly } from '#reports/types';
import { type Attempt, attemptsOf, nodeOf } from '../metrics/attempts.ts';
import { nodeNames } from '../run/build-spec.ts';
import type { SimEvent, Traced } from '../sim/index.ts';
import { contradictionsOf, known } from './explain-clash.ts';
import { around, crop, limits } from './explain-crop.ts';
import { factsOf, optionsOf } from './explain-facts.ts';
import { marksOf, momentsOf, nameOf } from './explain-marks.ts';
import { arrowsOf, barsOf, ms, stretchesOf } from './explain-picture.ts';
import { faultSentence } from './fault-words.ts';
import { checkersOf, type Judged, judge } from './judge.ts';
import type { Repro } from './repro.ts';

/** What was seen of the run. */
interface Seen {
  readonly judged: Judged;
  readonly events: readonly SimEvent[];
  readonly traced: readonly Traced[];
  /** Of the first violation: the events that contradict each other, the older one first. */
  readonly clash: readonly Traced[];
  readonly anomaly?: { readonly checker: string; readonly claim: string; readonly of: Anomaly };
}

/** Rejects with HarnessFailure when the simulation itself fails. */
export async function explain(repro: Repro): Promise<SpaceTime> {
  const seen = await watch(repro);
  const { spec } = repro;
  const { judged, traced, events } = seen;
  const isPaxos = spec.system !== 'raft';
  const endMs = Math.max(1, ms(judged.endNs));
  const attempts = attemptsOf(judged.history);
  const anomaly = anomalyOf(seen, attempts);
  const contradictions = contradictionsOf({ ...seen, verdict: judged.verdict }, anomaly, isPaxos);
  const bars = barsOf(events, judged.faults, endMs);
  const { arrows, knowledge } = known(contradictions, anomaly, arrowsOf(events), bars);
  const numbers = new Map(seen.clash.map((event, at) => [nameOf(event), at + 1]));
  const places = placesOf(seen, contradictions, anomaly);
  const cropped = cropAll({ arrows, marks: marksOf(traced, isPaxos, numbers) }, places, endMs);
  const operations = crop(
    operationsOf(attempts, anomaly),
    limits.operations,
    ({ startMs }) => startMs,
    places,
  );
  const moments = momentsOf(traced, events, judged.faults, contradictions, isPaxos);
  return {
    version: 1,
    system: spec.system,
    nodes: nodeNames(spec.nodes),
    ...failureOf(repro, seen),
    traceHash: judged.traceHash ?? '',
    facts: factsOf(repro),
    options: optionsOf(repro),
    faults: judged.faults.map((record) => ({
      number: record.index + 1,
      fromMs: ms(record.startNs),
      toMs: ms(record.endNs),
      words: faultSentence(record),
    })),
    contradictions,
    knowledge,
    moments: crop(moments, limits.moments, ({ timeMs }) => timeMs, places).kept,
    ...(anomaly === undefined ? {} : { anomaly }),
    operations: operations.kept,
    stretches: stretchesOf(traced, events, endMs),
    bars,
    ...cropped.picture,
    windows: cropped.windows,
    left: { ...cropped.left, operations: operations.left },
    focusMs: focusOf(places, endMs),
    endMs,
  };
}

async function watch({ spec }: Repro): Promise<Seen> {
  const events: SimEvent[] = [];
  const traced: Traced[] = [];
  const { system } = spec;
  const settings: InvariantSettings | undefined =
    system === 'raft' || system === 'paxos'
      ? { algorithm: system, members: nodeNames(spec.nodes) }
      : undefined;
  const invariants = settings && createInvariants(settings);
  const judged = await judge(spec, {
    hash: true,
    witness: (event) => events.push(event),
    observe: (event) => {
      traced.push(event);
      invariants?.observe(event);
    },
  });
  const { verdict } = judged;
  const isInvariant = verdict.kind === 'failed' && verdict.by === 'invariant';
  const clash = isInvariant ? (invariants?.violations[0]?.events ?? []) : [];
  const seen = { judged, events, traced, clash: clash.slice(0, 2) };
  if (verdict.kind !== 'failed' || verdict.by !== 'checker') return seen;
  const checker = checkersOf(spec).find(({ name }) => name === verdict.name);
  const result = await checker?.check({
    history: judged.history,
    timeLimitMs: spec.checkTimeoutMs,
  });
  const of = result?.anomalies?.[0];
  if (checker === undefined || of === undefined) return seen;
  return { ...seen, anomaly: { checker: checker.name, claim: checker.summary, of } };
}

function failureOf(
  { failure, traceHash }: Repro,
  { judged, clash, anomaly }: Seen,
): Pick<SpaceTime, 'failure' | 'differs'> {
  const { verdict } = judged;
  if (verdict.kind !== 'failed') {
    const differs = 'Nothing fails any more: the code has changed since this was found.';
    return { failure: { ...failure, claim: '' }, differs };
  }
  const id = clash.length === 0 ? undefined : verdict.name.split(' ', 1)[0];
  const claims: ReadonlyMap<string, { readonly claim: string }> = new Map(
    Object.entries(catalogue),
  );
  const { by, name, explanation } = verdict;
  const claim = claims.get(id ?? '')?.claim ?? anomaly?.claim ?? '';
  const isSame = by === failure.by && name === failure.name;
  const differs = isSame
    ? 'Other events than recorded lead to the same failure: the code has changed since this was found.'
    : `Recorded was another failure: ${failure.by} ${failure.name}.`;
  return {
    failure: { by, name, claim, explanation },
    ...(isSame && judged.traceHash === traceHash ? {} : { differs }),
  };
}

const anomalyOf = ({ anomaly }: Seen, attempts: readonly Attempt[]): ReportAnomaly | undefined =>
  anomaly && reportAnomaly(anomaly.checker, anomaly.of, indexAttempts(attempts, [anomaly.of]));

/** The moments that matter, ms. */
function placesOf(
  { judged }: Seen,
  contradictions: readonly Contradiction[],
  anomaly: ReportAnomaly | undefined,
): readonly number[] {
  const { verdict } = judged;
  if (contradictions.length > 0) return contradictions.map(({ timeMs }) => timeMs);
  if (anomaly !== undefined) return anomaly.operations.map(({ startMs }) => startMs);
  if (verdict.kind === 'failed' && verdict.duringNs !== undefined) return verdict.duringNs.map(ms);
  return [ms(judged.endNs)];
}

/** The least to look at, ms on each side. */
const marginMs = 12;

function focusOf(places: readonly number[], endMs: number): readonly [number, number] {
  const [from, to] = [Math.min(...places), Math.max(...places)];
  const margin = Math.max(marginMs, (to - from) * 0.16);
  return [Math.max(0, from - margin), Math.min(Math.max(endMs, to + marginMs / 2), to + margin)];
}

/** What leaders send to show that they are there: first to be left out. */
const isRoutine = ({ message, chain }: Arrow): boolean =>
  message.startsWith('heartbeat') && chain === undefined;

function cropAll(
  all: { readonly arrows: readonly Arrow[]; readonly marks: SpaceTime['marks'] },
  places: readonly number[],
  endMs: number,
) {
  const arrowTime = ({ sentMs }: Arrow): number => sentMs;
  const telling = crop(
    all.arrows.filter((arrow) => !isRoutine(arrow)),
    limits.arrows,
    arrowTime,
    places,
  );
  const room = limits.arrows - telling.kept.length;
  const routine = crop(all.arrows.filter(isRoutine), room, arrowTime, places);
  const marks = crop(all.marks, limits.marks, ({ timeMs }) => timeMs, places);
  const arrows = [...telling.kept, ...routine.kept].sort((a, b) => a.sentMs - b.sentMs);
  return {
    picture: { arrows, marks: marks.kept },
    left: { arrows: telling.left + routine.left, marks: marks.left },
    windows: around(places, Math.min(telling.radiusMs, routine.radiusMs, marks.radiusMs), endMs),
  };
}

function operationsOf(
  attempts: readonly Attempt[],
  anomaly: ReportAnomaly | undefined,
): EvidenceOperation[] {
  const impossible = anomaly?.operations.find((one) => one.impossible)?.index;
  return attempts.map((attempt) => {
    const { invoke, completion, outcome } = attempt;
    const error = completion?.error;
    return {
      index: invoke.index,
      process: String(invoke.process),
      node: plain(nodeOf(attempt)),
      text: `${shorten(plain(invoke.f), 40)} ${describe(attempt)}`.trim(),
      outcome,
      ...(error === undefined ? {} : { error: shorten(plain(error), 200) }),
      startMs: ms(invoke.time),
      endMs: outcome === 'info' || completion === undefined ? null : ms(completion.time),
      impossible: invoke.index === impossible,
    };
  });
}
