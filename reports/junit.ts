/** junit.xml: what a CI system shows of a run. */

import type { CheckResult } from '#checkers/checker';
import type { Results } from './results.ts';
import { escapeMarkup, plain } from './text.ts';
import { verdictOf } from './verdict.ts';

type Case =
  | { readonly kind: 'passed'; readonly name: string }
  /** A finding about the system. */
  | {
      readonly kind: 'failure';
      readonly name: string;
      readonly message: string;
      readonly text: string;
    }
  /** Nothing was shown; red as well, because unknown is not a pass. */
  | {
      readonly kind: 'error';
      readonly name: string;
      readonly message: string;
      readonly text: string;
    };

function checkerCase(name: string, result: CheckResult): Case {
  if (result.valid === true) return { kind: 'passed', name };
  const message = result.reason ?? `the verdict is ${String(result.valid)}`;
  const text = (result.anomalies ?? [])
    .map((one) => `${one.name}: ${one.explanation}`)
    .join('\n\n');
  return { kind: result.valid === false ? 'failure' : 'error', name, message, text };
}

/** Whether the cluster served everybody again: as the verdict says, and unknown when a fault was not seen to be over. */
function livenessCase(results: Results): Case {
  const name = 'liveness';
  if (verdictOf(results).kind === 'not-recovered') {
    const message = results.reasons[0] ?? 'the system did not recover';
    return { kind: 'failure', name, message, text: results.reasons.join('\n') };
  }
  const open = results.faults.filter(
    ({ outcome, recoveryMs }) => outcome.kind === 'installed' && recoveryMs === null,
  );
  if (open.length === 0) return { kind: 'passed', name };
  const text = open.map(({ kind, resolved }) => `${kind} on ${resolved.join(', ')}`).join('\n');
  return { kind: 'error', name, message: 'not every node was seen to serve again', text };
}

/** The whole run: red whenever its exit code is not 0, also for reasons that belong to no checker. */
function verdictCase(results: Results): Case {
  const { kind, sentence, why } = verdictOf(results);
  if (kind === 'valid') return { kind: 'passed', name: 'verdict' };
  const found = kind === 'unknown' ? 'error' : 'failure';
  return { kind: found, name: 'verdict', message: sentence, text: why.join('\n') };
}

/** Line breaks stay; everything else that is invisible becomes visible. */
const safe = (text: string): string => escapeMarkup(text.split('\n').map(plain).join('\n'));

function testcase(one: Case, classname: string): string {
  const head = `<testcase classname="${safe(classname)}" name="${safe(one.name)}"`;
  if (one.kind === 'passed') return `  ${head}/>`;
  return `  ${head}><${one.kind} message="${safe(one.message)}">${safe(one.text)}</${one.kind}></testcase>`;
}

/** One test case per checker, one for liveness, one for the verdict as a whole. */
export function junitXml(results: Results): string {
  const cases = [
    ...Object.entries(results.checkers).map(([name, result]) => checkerCase(name, result)),
    livenessCase(results),
    verdictCase(results),
  ];
  const count = (kind: Case['kind']): number => cases.filter((one) => one.kind === kind).length;
  const classname = `dissent.${results.system}.${results.workload}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${safe(classname)}" tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}">`,
    ...cases.map((one) => testcase(one, classname)),
    '</testsuite>',
    '',
  ].join('\n');
}
