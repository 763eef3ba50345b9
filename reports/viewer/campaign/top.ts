/** The top of a campaign: the answer, the facts, and what failed. */

import type { CampaignFailure, CampaignReportData } from '../../campaign-types.ts';
import {
  campaignNotes,
  campaignSentence,
  campaignWord,
  outcomeWords,
} from '../../campaign-words.ts';
import { duration, grouped, plural } from '../../text.ts';
import { type Child, h } from '../dom.ts';
import { howToRead, type Term } from '../help.ts';
import { fact } from '../summary.ts';

/** A path of a run as a link: always relative to this page, whatever the path says. Shards may lie beside it. */
export const runLink = (path: string): string =>
  `./${path
    .split('/')
    .filter((part) => part !== '')
    .map(encodeURIComponent)
    .join('/')}`;

const tone = ({ exitCode }: CampaignReportData): string =>
  exitCode === 0
    ? 'valid'
    : exitCode === 1
      ? 'violation'
      : exitCode === 3
        ? 'not-recovered'
        : 'unknown';

const figure = (value: string, label: string): HTMLElement =>
  h('div', { class: 'figure' }, h('b', {}, value), h('span', {}, label));

function figures({ totals }: CampaignReportData): HTMLElement {
  const { outcomes } = totals;
  return h(
    'div',
    { class: 'figures' },
    figure(grouped(totals.runs), 'real runs'),
    figure(grouped(totals.seeds), 'simulated seeds'),
    figure(grouped(totals.faults), 'faults on real clusters'),
    figure(grouped(totals.kinds), 'kinds of fault'),
    figure(grouped(totals.operations), 'operations by clients'),
    figure(`${grouped(outcomes.valid)} of ${grouped(totals.runs)}`, 'real runs valid'),
  );
}

export function campaignHeader(data: CampaignReportData): HTMLElement {
  const { had, missing } = data.shards;
  const of = had.length + missing.length;
  return h(
    'header',
    {},
    h('p', { class: 'brand' }, h('b', {}, 'Dissent'), ' campaign on ', data.systems.join(', ')),
    h(
      'div',
      { class: `verdict ${tone(data)}` },
      h(
        'div',
        {},
        h('h1', {}, h('span', { class: 'word' }, campaignWord(data)), ' ', campaignSentence(data)),
        h('ul', { class: 'why' }, ...campaignNotes(data).map((line) => h('li', {}, line))),
      ),
    ),
    figures(data),
    h(
      'dl',
      { class: 'facts' },
      fact(
        'took',
        `${duration(data.seconds * 1000)}, asked for ${duration(data.minutes * 60_000)}`,
      ),
      fact('first seed', h('code', {}, String(data.seed))),
      ...(of > 1 ? [fact('shards', `${had.length} of ${of}`)] : []),
      fact('started', data.startedAt.replace(/T(.*)\.\d+Z$/, ' $1 UTC')),
      h(
        'div',
        { class: 'command' },
        h('dt', {}, 'run it again'),
        h('dd', {}, h('code', {}, data.command)),
      ),
    ),
  );
}

function failurePart(failure: CampaignFailure): HTMLElement {
  const { outcome, world, system, group, seed, reasons, report, replay } = failure;
  const link: Child = report === undefined ? null : h('a', { href: runLink(report) }, 'report');
  return h(
    'div',
    { class: `failure ${outcome}` },
    h('b', {}, `${outcomeWords[outcome]}: ${system}, ${group}, seed ${seed}`),
    ' ',
    h('span', { class: 'muted' }, world === 'real' ? 'real processes' : 'simulated'),
    ' ',
    link,
    h('ul', {}, ...reasons.map((reason) => h('li', {}, reason))),
    replay === undefined ? null : h('code', {}, replay),
  );
}

/** null when nothing failed. */
export function failuresSection({
  failures,
  failuresLeft,
}: CampaignReportData): HTMLElement | null {
  if (failures.length === 0) return null;
  return h(
    'section',
    { id: 'failures' },
    h('h2', {}, 'What is not a pass'),
    ...failures.map(failurePart),
    failuresLeft === 0
      ? null
      : h('p', { class: 'note' }, `and ${plural(failuresLeft, 'more')} in campaign.json`),
  );
}

const hints: readonly Term[] = [
  [
    'time lost',
    'Windows of 100 ms in which no client of any node had a success, from the start of a fault to the next one.',
  ],
  [
    'first success',
    'From the start of a fault until the first success of an operation that was asked after it.',
  ],
  [
    'noticed',
    'From the start of a fault until a node sought leadership. Where nobody did there is no value.',
  ],
  [
    'recovery',
    'From the healing of a fault until every node that clients talk to had served an operation asked after the healing.',
  ],
  [
    'slow tail',
    'From the healing until ten operations in a row succeeded at a median latency within 1.5 times of before the fault.',
  ],
  [
    'catch-up',
    'From the healing until the nodes that were hit knew all that was committed at the healing.',
  ],
  [
    'more than noise',
    'All systems play the same schedules, so each firing of a fault is a pair. If the systems were alike, each pair would fall either way like a coin; a difference is called more than noise when coins fall so at most 5 times in 100 (sign test).',
  ],
  [
    'not a pass',
    'A violation is a broken promise. A cluster that did not recover gave no wrong answer, but none in time either. Unknown means that the run shows nothing: a planned fault never took effect, for example.',
  ],
  ['storm', 'All kinds of fault, up to three at a time.'],
];

export const helpSection = (): HTMLElement => howToRead(hints);
