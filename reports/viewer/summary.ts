/** The top of the page: verdict, reasons, headline figures, facts. */

import { duration, grouped, percent } from '../text.ts';
import type { ReportData, VerdictKind } from '../types.ts';
import { type Child, h, s } from './dom.ts';

/** Shapes as well as colours. */
const signs: Readonly<Record<VerdictKind, string>> = {
  valid: 'M-5 0.5 L-1.5 4 L5.5 -4',
  violation: 'M-4.5 -4.5 L4.5 4.5 M4.5 -4.5 L-4.5 4.5',
  unknown: 'M-3 -2.5 C-3 -6.5 3.5 -6.5 3 -2.5 C2.8 -0.5 0 -0.5 0 2 M0 5 L0 5.4',
  'not-recovered': 'M0 -5 L0 1.5 M0 4.6 L0 5',
};

/** The verdict with its reasons. */
export function verdict({ verdict: { kind, word, sentence, why }, test }: ReportData): HTMLElement {
  const sign = s(
    'svg',
    { viewBox: '-10 -10 20 20', class: 'sign', 'aria-hidden': 'true' },
    s('circle', { r: '9.6' }),
    s('path', { d: signs[kind] }),
  );
  return h(
    'div',
    { class: `verdict ${kind}` },
    sign,
    h(
      'div',
      {},
      h('h1', {}, h('span', { class: 'word' }, word), ' ', sentence),
      test.claim === undefined ? null : h('p', { class: 'claim' }, 'The promise: ', test.claim),
      h('ul', { class: 'why' }, ...why.map((line) => h('li', {}, line))),
    ),
  );
}

const figure = (value: string, label: string, title: string): HTMLElement =>
  h('div', { class: 'figure', title }, h('b', {}, value), h('span', {}, label));

function figures({ results }: ReportData): HTMLElement {
  const { counts, availability, leader, faults } = results;
  const installed = faults.filter(({ outcome }) => outcome.kind === 'installed').length;
  return h(
    'div',
    { class: 'figures' },
    figure(grouped(counts.ok), 'succeeded', 'operations that completed with ok'),
    figure(grouped(counts.fail), 'did not happen', 'operations that definitely failed'),
    figure(
      grouped(counts.info),
      'outcome unknown',
      'operations that may or may not have taken effect',
    ),
    figure(
      percent(availability.fraction),
      'available',
      `share of ${availability.windowMs} ms windows with at least one success`,
    ),
    figure(
      duration(availability.longestOutageMs),
      'longest outage',
      'longest time without a success',
    ),
    figure(
      installed === faults.length ? String(installed) : `${installed} of ${faults.length}`,
      faults.length === 1 ? 'fault took effect' : 'faults took effect',
      'of the faults in the schedule',
    ),
    figure(
      leader.changes === null ? '–' : String(leader.changes),
      leader.changes === 1 ? 'leader change' : 'leader changes',
      leader.changes === null
        ? 'not measured: the nodes left no traces'
        : 'leaderships after the first one',
    ),
  );
}

export const fact = (name: string, value: Child): HTMLElement =>
  h('div', {}, h('dt', {}, name), h('dd', {}, value));

function facts({ results, test, durationMs }: ReportData): HTMLElement {
  const rate = test.rate === undefined ? '' : `, ${grouped(test.rate)} operations/s asked for`;
  const list = h(
    'dl',
    { class: 'facts' },
    fact('system', results.system),
    fact('workload', results.workload),
    fact('nodes', `${test.nodes.length} (${test.nodes.join(', ')})`),
    fact('clients', `${grouped(test.clients)}${rate}`),
    fact('duration', duration(durationMs)),
    fact('world', results.world === 'sim' ? 'simulated' : 'real processes'),
    fact('seed', h('code', {}, String(results.seed))),
    ...(test.startedAt === undefined ? [] : [fact('started', test.startedAt)]),
    ...Object.entries(test.more ?? {}).map(([name, value]) => fact(name, value)),
    ...(results.traceHash === undefined
      ? []
      : [fact('trace hash', h('code', {}, results.traceHash))]),
  );
  if (test.command !== undefined) {
    const command = h(
      'div',
      { class: 'command' },
      h('dt', {}, 'run it again'),
      h('dd', {}, h('code', {}, test.command)),
    );
    list.append(command);
  }
  return list;
}

export const summary = (data: ReportData): HTMLElement =>
  h(
    'header',
    {},
    h('p', { class: 'brand' }, h('b', {}, 'Dissent'), ' ', data.test.name),
    verdict(data),
    figures(data),
    facts(data),
  );
