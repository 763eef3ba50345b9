/** What speaks against a pass besides the checkers: faults that did not bite, a run cut short, a cluster that stayed down. */

import type { Valid } from '#checkers/index';
import { coverageOf } from '../metrics/coverage.ts';
import { playedFaultsOf } from '../metrics/fault-windows.ts';
import type { Measured } from '../metrics/measure.ts';
import { standstills } from '../metrics/progress.ts';
import { attemptTimeoutMs } from '../node/limits.ts';
import { nodeNames } from './build-spec.ts';
import { phaseStartNs } from './phase-marks.ts';
import type { Recorded } from './recorded.ts';

export interface Finding {
  readonly kind:
    | 'not-recovered'
    | 'standstill'
    | 'node-exit'
    | 'fault-missing'
    | 'fault-not-healed'
    | 'interrupted'
    | 'no-value';
  readonly valid: Valid;
  readonly reason: string;
}

/** In no order of weight. Empty for a run that went as planned. */
export function findings(
  recorded: Recorded,
  measured: Pick<Measured, 'faults' | 'counts'>,
): readonly Finding[] {
  return [
    ...interrupted(recorded),
    ...missingFaults(recorded, measured.faults),
    ...emptyCells(recorded, measured.faults),
    ...notHealed(recorded),
    ...nodeExits(recorded),
    ...notRecovered(recorded),
    ...stoodStill(recorded),
    ...withoutValue(recorded),
  ];
}

function interrupted({ history, spec, warnings }: Recorded): Finding[] {
  if (phaseStartNs(history, 'end') !== undefined) return [];
  const endMs = (history.at(-1)?.time ?? 0) / 1e6;
  const torn = warnings.length === 0 ? '' : ` (${warnings.join('; ')})`;
  const reason = `the run was cut short after ${(endMs / 1000).toFixed(1)} s of ${spec.time} s${torn}`;
  return [{ kind: 'interrupted', valid: 'unknown', reason }];
}

/** A plan that did not happen is not evidence. One skipped firing is, if another of its kind took effect. */
function missingFaults({ spec, history }: Recorded, faults: Measured['faults']): Finding[] {
  if (phaseStartNs(history, 'end') === undefined) return [];
  const failed = faults.flatMap(({ kind, target, outcome }) =>
    outcome.kind === 'failed'
      ? [`the fault ${kind} on ${target} could not be brought about: ${outcome.error}`]
      : [],
  );
  const installed = new Set(
    faults.filter((f) => f.outcome.kind === 'installed').map((f) => f.kind),
  );
  const planned = new Set(spec.schedule.map((entry) => entry.fault.kind));
  const never = [...planned]
    .filter(
      (kind) =>
        !installed.has(kind) && !faults.some((f) => f.kind === kind && f.outcome.kind === 'failed'),
    )
    .map((kind) => `the planned fault ${kind} never took effect: ${whySkipped(kind, faults)}`);
  return [...failed, ...never].map((reason) => ({
    kind: 'fault-missing',
    valid: 'unknown',
    reason,
  }));
}

/** Cells of the coverage matrix that the test was told to fill. */
function emptyCells({ spec, history }: Recorded, faults: Measured['faults']): Finding[] {
  if (phaseStartNs(history, 'end') === undefined) return [];
  const { required } = coverageOf(faults, spec.nodes, spec.require ?? []);
  return required.flatMap(({ cell, count }) =>
    count > 0
      ? []
      : [
          {
            kind: 'fault-missing',
            valid: 'unknown',
            reason: `the required ${cell.replace(':', ' on ')} never took effect`,
          },
        ],
  );
}

function whySkipped(kind: string, faults: Measured['faults']): string {
  for (const { kind: other, outcome } of faults) {
    if (other === kind && outcome.kind === 'skipped') return outcome.reason;
  }
  return 'the run was over before its time';
}

/**
 * A fault that could not be undone, such as a killed node that did not come back in time. Whether the system or the machine is to
 * blame is not known: clients that are not served again, and nodes that end by themselves, are findings of their own.
 */
const notHealed = ({ history }: Recorded): Finding[] =>
  history.flatMap((op) =>
    op.process === 'nemesis' && op.f.startsWith('heal-') && op.error !== undefined
      ? [
          {
            kind: 'fault-not-healed',
            valid: 'unknown',
            reason: `the fault ${op.f.slice('heal-'.length)} did not go to its end as planned: ${op.error}`,
          },
        ]
      : [],
  );

/** What somebody else did to a node, or the machine could not give it: no system can help that. */
const outsideCauses =
  /^it ended by SIG(?:KILL|TERM|INT|HUP)\b|\b(?:ENOSPC|EDQUOT|EMFILE|ENFILE|ENOMEM|EROFS)\b/;

/** Nodes that ended by themselves: the system's failure, unless something outside of it made them. */
const nodeExits = ({ history }: Recorded): Finding[] =>
  history
    .filter((op) => op.process === 'nemesis' && op.f === 'node-exit')
    .map(({ node = '?', error = 'no reason known' }) =>
      outsideCauses.test(error)
        ? {
            kind: 'node-exit',
            valid: 'unknown',
            reason: `node ${node} was ended by something outside of the test: ${error}`,
          }
        : { kind: 'node-exit', valid: false, reason: `node ${node} ended by itself: ${error}` },
    );

/** Nodes that something outside of the test ended, and those whose logs a fault damaged: nobody starts those again. */
const endedFromOutside = ({
  history,
}: Pick<Recorded, 'history'>): ReadonlySet<string | undefined> =>
  new Set(
    history
      .filter(
        ({ process, f, error = '' }) =>
          process === 'nemesis' &&
          (f === 'node-lost' || (f === 'node-exit' && outsideCauses.test(error))),
      )
      .map(({ node }) => node),
  );

/**
 * The nodes that served no client after everything was healed although they had one. Empty when the run did not get that far. Nodes
 * that something outside of the test ended are not asked for, nor anybody when they are a majority.
 */
export function unserved({ history, spec }: Pick<Recorded, 'history' | 'spec'>): string[] {
  const finalNs = phaseStartNs(history, 'final');
  if (finalNs === undefined || phaseStartNs(history, 'end') === undefined) return [];
  const served = new Set(
    history.flatMap((op) => (op.type === 'ok' && op.time >= finalNs ? [op.node] : [])),
  );
  const clientNodes = nodeNames(spec.nodes).slice(0, spec.clients);
  const ended = endedFromOutside({ history });
  // With a majority ended from outside nobody can serve, and that is not the system's failure either.
  if (2 * (spec.nodes - ended.size) <= spec.nodes) return [];
  return clientNodes.filter((node) => !served.has(node) && !ended.has(node));
}

/** What the proxies between nodes were told to undo, and did not: whoever is cut off by them cannot be blamed. */
const proxyFailed = /\bToxiproxy (?:did not|refused|at |server)/;

function proxyTrouble({ history }: Pick<Recorded, 'history'>): string | undefined {
  return history.find(
    ({ process, f, error = '' }) =>
      process === 'nemesis' && f.startsWith('heal-') && proxyFailed.test(error),
  )?.error;
}

/** Every node has to serve a client again after everything was healed. */
function notRecovered(recorded: Recorded): Finding[] {
  const dark = unserved(recorded);
  if (dark.length === 0) return [];
  const seconds = recorded.spec.recoveryTimeoutMs / 1000;
  const trouble = proxyTrouble(recorded);
  if (trouble !== undefined) {
    const reason = `${dark.join(', ')} did not serve any client within ${seconds} s at the end, but not all faults were healed: ${trouble}`;
    return [{ kind: 'fault-not-healed', valid: 'unknown', reason }];
  }
  const reason = `${dark.join(', ')} did not serve any client within ${seconds} s after all faults were healed`;
  return [{ kind: 'not-recovered', valid: false, reason }];
}

/** A calm majority may take so many election timeouts to serve somebody again, as in the simulated world. */
const calmLimits = 30;

/** Never less than this, ms: what a loaded machine may keep a healthy cluster from doing. */
const leastCalmMs = 8_000;

/** How long a majority that no fault touches may serve nobody: never longer than a healed cluster may take to serve everybody. */
export const standstillLimitMs = ({
  systemOptions,
  recoveryTimeoutMs,
}: Pick<Recorded['spec'], 'systemOptions' | 'recoveryTimeoutMs'>): number => {
  const timeoutMs = Number(systemOptions['electionTimeoutMs'] ?? Number.POSITIVE_INFINITY);
  return Math.min(recoveryTimeoutMs, Math.max(leastCalmMs, calmLimits * timeoutMs));
};

/** A majority that was up and whole, and was asked, has to have gone on. Of a minority nothing is asked. */
function stoodStill({ history, spec }: Recorded): Finding[] {
  // A cut that was not undone lasts longer than the history says.
  if (proxyTrouble({ history }) !== undefined) return [];
  const limitMs = standstillLimitMs(spec);
  const endNs = phaseStartNs(history, 'heal') ?? history.at(-1)?.time ?? 0;
  const nodes = nodeNames(spec.nodes);
  const found = standstills(history, playedFaultsOf(history), {
    nodes,
    limitMs,
    endNs,
    attemptMs: spec.sim?.clients.attemptTimeoutMs ?? attemptTimeoutMs,
  });
  return found.map(({ core, fromNs, untilNs, asked }) => ({
    kind: 'standstill',
    valid: false,
    reason:
      `${core.join(', ')} were up and whole from ${(fromNs / 1e9).toFixed(1)} to ${(untilNs / 1e9).toFixed(1)} s, ` +
      `and served none of the ${asked} operations that were asked of them`,
  }));
}

/** Reads that succeeded and say nothing cannot contradict anything, so they must not help to pass. */
function withoutValue({ history }: Recorded): Finding[] {
  const count = history.filter(
    ({ type, f, value }) => type === 'ok' && f === 'read' && value === undefined,
  ).length;
  if (count === 0) return [];
  const reason = `${count} successful reads have no value, so they were not checked`;
  return [{ kind: 'no-value', valid: 'unknown', reason }];
}
