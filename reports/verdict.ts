/** The verdict of a run in plain words, the same on the terminal, in the page, in Markdown and in JUnit. */

import type { Results } from './results.ts';
import { duration, percent, plural } from './text.ts';
import type { Verdict, VerdictKind } from './types.ts';

/** Exit code of a system that did not recover. */
const notRecovered = 3;

/** Found by a checker: what clients saw, or what nodes said, cannot be. */
const contradicted = (results: Results): boolean =>
  Object.values(results.checkers).some((checker) => checker.valid === false);

/** Checkers that judge what nodes say, not what clients were told. */
const inward: ReadonlySet<string> = new Set(['invariants', 'log-pattern']);

/** What is known of a contradiction: only some are visible from outside. */
function wrongdoing(results: Results): string {
  const isSeen = Object.entries(results.checkers).some(
    ([name, { valid }]) => valid === false && !inward.has(name),
  );
  return isSeen
    ? 'clients saw something that must not happen'
    : 'its nodes did what must not happen, though no checker of what clients saw objects';
}

function kindOf(results: Results): VerdictKind {
  if (results.exitCode === notRecovered && !contradicted(results)) return 'not-recovered';
  if (results.valid === false) return 'violation';
  // Only a run that says valid twice is called valid.
  return results.valid === true && results.exitCode === 0 ? 'valid' : 'unknown';
}

const installed = (results: Results): number =>
  results.faults.filter((fault) => fault.outcome.kind === 'installed').length;

/** ` through 8 faults`, or nothing when there were none. */
function through(results: Results): string {
  const faults = installed(results);
  return faults === 0 ? ', with no fault injected' : ` through ${plural(faults, 'fault')}`;
}

function evidence(results: Results): string[] {
  // Without traces of our own nodes, the invariants had nothing to look at.
  const looked = Object.entries(results.checkers).filter(([, result]) => result['checked'] !== 0);
  const checkers = looked.map(([name]) => name);
  const lines = [
    `${plural(results.counts.ok, 'operation')} succeeded, ${plural(results.counts.fail, 'operation')} definitely did not happen, and of ${plural(results.counts.info, 'operation')} the outcome is unknown.`,
    `${plural(checkers.length, 'checker')} looked at the history and found nothing wrong: ${checkers.join(', ')}.`,
  ];
  if (results.faults.length > 0) {
    lines.push(
      `At least one operation succeeded in ${percent(results.availability.fraction)} of all ${results.availability.windowMs} ms windows; the longest outage was ${duration(results.availability.longestOutageMs)}.`,
    );
  }
  return lines;
}

/** Skipped firings that are told one by one. */
const toldMax = 4;

/** What was planned and did not happen; that another fault of its kind took effect does not make up for it. */
export function missed({ faults }: Results): string[] {
  const others = faults.filter(({ outcome }) => outcome.kind !== 'installed');
  if (others.length === 0) return [];
  const told = others.slice(0, toldMax).map(({ kind, target, startMs, outcome }) => {
    const why =
      outcome.kind === 'skipped'
        ? outcome.reason
        : outcome.kind === 'failed'
          ? `failed: ${outcome.error}`
          : '';
    return `${kind} on ${target} at ${duration(startMs)} (${why})`;
  });
  const rest = others.length - told.length;
  const more = rest === 0 ? '' : `; and ${rest} more, see the table of faults`;
  return [
    `${others.length} of ${plural(faults.length, 'planned fault')} did not take effect: ${told.join('; ')}${more}.`,
  ];
}

/** What the results say, for people. The strings are not escaped: names in them may come from anywhere. */
export function verdictOf(results: Results): Verdict {
  const kind = kindOf(results);
  const { system } = results;
  switch (kind) {
    case 'valid':
      return {
        kind,
        word: 'Valid',
        sentence: `${system} kept its promise${through(results)}.`,
        why: [...evidence(results), ...missed(results)],
      };
    case 'violation':
      return {
        kind,
        word: 'Violation',
        sentence: contradicted(results)
          ? `${system} broke its promise: ${wrongdoing(results)}.`
          : `${system} failed in a way that no fault explains.`,
        why: [...results.reasons, ...missed(results)],
      };
    case 'not-recovered':
      return {
        kind,
        word: 'Did not recover',
        sentence: `${system} gave no wrong answer, but did not serve its clients when it had to.`,
        why: [...results.reasons, ...missed(results)],
      };
    case 'unknown':
      return {
        kind,
        word: 'Unknown',
        sentence: `This run does not show whether ${system} keeps its promise.`,
        why: [...results.reasons, ...missed(results)],
      };
  }
}
