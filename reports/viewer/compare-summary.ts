/** The top of a comparison: the answer, the facts, and the verdicts of all runs. */

import type { ComparedRun, CompareReportData } from '../compare-types.ts';
import { chanceNote } from '../compare-words.ts';
import { grouped, plural } from '../text.ts';
import { type Child, h, table } from './dom.ts';
import { fact } from './summary.ts';
import { systemName } from './system-mark.ts';

/** 0 stands for: not a run that says valid twice. */
const isValid = ({ valid, exitCode }: ComparedRun): boolean => valid === true && exitCode === 0;

function toneOf(runs: readonly ComparedRun[]): string {
  if (runs.some(({ exitCode, valid }) => valid === false || exitCode === 1)) return 'violation';
  return runs.every(isValid) ? 'compared' : 'unknown';
}

/** Speed says nothing about a system that breaks its promise, so this comes before all else. */
function promise(runs: readonly ComparedRun[]): HTMLElement {
  const bad = runs.filter((run) => !isValid(run));
  if (bad.length === 0) {
    return h('p', { class: 'kept' }, `All ${runs.length} runs kept their promise.`);
  }
  const text = `Not all runs are valid (${bad.length} of ${runs.length} are not): see the runs below before you trust a figure.`;
  return h('p', { class: 'alarm' }, text);
}

export function compareSummary(data: CompareReportData): HTMLElement {
  const runs = data.rounds.flatMap((round) => round.runs);
  const [answer = '', ...more] = data.headlines;
  const chance = chanceNote(data.table, data.systems.length);
  return h(
    'header',
    {},
    h('p', { class: 'brand' }, h('b', {}, 'Dissent'), ' ', data.systems.join(' against ')),
    h(
      'div',
      { class: `verdict ${toneOf(runs)}` },
      h(
        'div',
        {},
        h('h1', {}, answer),
        promise(runs),
        h('ul', { class: 'why' }, ...more.map((line) => h('li', {}, line))),
        chance === undefined ? null : h('p', { class: 'claim' }, chance),
      ),
    ),
    h(
      'p',
      { class: 'lead' },
      `Each system ran as a cluster of ${plural(data.nodes.length, 'real process', 'real processes')} while clients used it and the same faults were done to it at the same moments. The systems took turns, ${plural(data.rounds.length, 'round')}, so that a slow spell of the machine hits all of them.`,
    ),
    facts(data),
  );
}

function facts(data: CompareReportData): HTMLElement {
  const command = h('dd', {}, h('code', {}, data.command));
  return h(
    'dl',
    { class: 'facts' },
    fact('workload', data.workload),
    fact('the promise under test', data.claim),
    fact('nodes', String(data.nodes.length)),
    fact('clients', `${grouped(data.clients)}, ${grouped(data.rate)} operations/s asked for`),
    fact('runs', `${plural(data.rounds.length, 'round')} of ${data.time} s each`),
    fact('faults', data.nemesis.length === 0 ? 'as scheduled' : data.nemesis.join(', ')),
    fact('seed', h('code', {}, String(data.seed))),
    fact('started', data.startedAt.replace(/T(.*)\.\d+Z$/, ' $1 UTC')),
    h('div', { class: 'command' }, h('dt', {}, 'run it again'), command),
  );
}

/** The path of a run's own report, made safe for a link: it can only lead below this page's folder. */
const below = (path: string): string =>
  `./${path
    .split('/')
    .filter((part) => part !== '..' && part !== '')
    .map(encodeURIComponent)
    .join('/')}`;

function verdictCell(run: ComparedRun | undefined): Child {
  if (run === undefined) return h('span', { class: 'muted' }, 'not run');
  const { valid, exitCode, reasons, report } = run;
  const [kind, word] = isValid(run)
    ? ['valid', 'valid']
    : valid === false
      ? ['violation', 'violation']
      : exitCode === 3
        ? ['unknown', 'did not recover']
        : ['unknown', 'unknown'];
  return h(
    'div',
    {},
    h('span', { class: `badge ${kind}` }, word),
    ' ',
    h('a', { href: below(report) }, 'report'),
    ...reasons.map((reason) => h('small', {}, reason)),
  );
}

export const runsSection = (data: CompareReportData): HTMLElement =>
  h(
    'section',
    { id: 'runs' },
    h('h2', {}, 'Did they keep the promise?'),
    table(
      'The verdict of every run, with its own report: history, operations, evidence',
      [
        { head: 'round' },
        ...data.systems.map((name) => ({ head: systemName(data.systems, name) })),
      ],
      data.rounds.map(({ round, seed, runs }) => ({
        cells: [
          h(
            'span',
            {},
            h('b', {}, String(round)),
            ' ',
            h('span', { class: 'muted' }, `seed ${seed}`),
          ),
          ...data.systems.map((name) => verdictCell(runs.find(({ system }) => system === name))),
        ],
      })),
    ),
  );
