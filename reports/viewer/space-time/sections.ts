/** The words of the page: what failed, the schedule, the course of things, and the operations of the clients. */

import type { Moment, SpaceTime } from '../../space-time-types.ts';
import type { EvidenceOperation } from '../../types.ts';
import { type Child, h, table } from '../dom.ts';
import { intervals } from '../intervals.ts';
import { atMs } from './names.ts';

type Go = (timeMs: number) => void;

const finders = new Map([
  ['invariant', 'The nodes contradict each other'],
  ['checker', 'Clients saw what must not be'],
  ['liveness', 'The cluster did not serve'],
  ['crash', 'A node found its own rules broken'],
]);

/** What failed, and the two events that cannot both be. */
export function head(data: SpaceTime, command: string, go: Go): HTMLElement {
  const { failure, contradictions, knowledge, differs } = data;
  return h(
    'header',
    {},
    h('p', { class: 'brand' }, h('b', {}, 'Dissent'), 'a failing run, shrunk'),
    h(
      'div',
      { class: 'verdict violation' },
      h(
        'div',
        {},
        h(
          'h1',
          {},
          h('span', { class: 'word' }, `${finders.get(failure.by) ?? failure.by}:`),
          failure.name,
        ),
        failure.claim === '' ? null : h('p', { class: 'claim' }, `Claimed: ${failure.claim}.`),
        h(
          'p',
          { class: 'explanation' },
          data.anomaly === undefined ? failure.explanation : first(failure.explanation),
        ),
        differs === undefined ? null : h('p', { class: 'differs', role: 'alert' }, differs),
        contradictions.length === 0
          ? null
          : h(
              'ol',
              { class: 'clashes' },
              ...contradictions.map(({ number, timeMs, words }) =>
                h(
                  'li',
                  {},
                  h('span', { class: 'number-mark' }, '①②'.charAt(number - 1)),
                  jump(timeMs, go),
                  ` ${words}`,
                ),
              ),
            ),
        knowledge === '' ? null : h('p', { class: 'knowledge' }, knowledge),
      ),
    ),
    facts(data, command),
  );
}

/** The rest stands beside the operations. */
const first = (text: string): string => text.split('\n', 1)[0] ?? '';

function jump(timeMs: number, go: Go): HTMLElement {
  const button = h(
    'button',
    { type: 'button', class: 'jump', title: 'Show it in the diagram' },
    `at ${atMs(timeMs)}`,
  );
  button.addEventListener('click', () => go(timeMs));
  return button;
}

function facts({ facts: told, options, traceHash }: SpaceTime, command: string): HTMLElement {
  const entry = (name: string, ...value: readonly Child[]): HTMLElement =>
    h('div', {}, h('dt', {}, name), h('dd', {}, ...value));
  const unusual = options.map(([name, value, usual]) =>
    h('span', { class: 'option', title: `usually ${usual}` }, h('code', {}, `${name} ${value}`)),
  );
  return h(
    'dl',
    { class: 'facts' },
    ...told.map(([name, value]) => entry(name, value)),
    entry('trace hash', h('code', {}, traceHash)),
    h(
      'div',
      { class: 'command' },
      h('dt', {}, 'options that are not the default'),
      h('dd', {}, ...(unusual.length === 0 ? ['none'] : unusual)),
    ),
    h(
      'div',
      { class: 'command' },
      h('dt', {}, 'see it fail again'),
      h('dd', {}, h('code', {}, command)),
    ),
  );
}

const signs: Readonly<Record<Moment['kind'], string>> = {
  fault: 'fault',
  role: 'role',
  client: 'client',
  contradiction: 'here',
  node: 'node',
};

/** The schedule in words, and what turned the course of things. */
export function schedule({ faults, moments }: SpaceTime, go: Go): HTMLElement {
  const lines = faults.map(({ number, words }) => h('li', { value: String(number) }, words));
  const turns = moments.map(({ timeMs, kind, words }) =>
    h(
      'li',
      { class: `moment ${kind}` },
      jump(timeMs, go),
      h('span', { class: 'sign-word' }, signs[kind]),
      h('span', {}, words),
    ),
  );
  return h(
    'section',
    { id: 'schedule' },
    h('h2', {}, 'The schedule of faults'),
    lines.length === 0
      ? h('p', { class: 'note' }, 'No fault is needed.')
      : h('ol', { class: 'faults' }, ...lines),
    h('h2', { class: 'second' }, 'The course of things'),
    h('ul', { class: 'moments' }, ...turns),
  );
}

/** More rows are no overview. */
const rowsMax = 60;

export function operations(data: SpaceTime, go: Go): HTMLElement[] {
  const { anomaly, operations: all, left } = data;
  const shown = anomaly?.operations ?? nearest(all, data);
  if (shown.length === 0) return [];
  const missing =
    (anomaly === undefined ? all.length + left.operations : shown.length + anomaly.left) -
    shown.length;
  const caption =
    anomaly === undefined ? 'Operations of clients' : `Operations of the anomaly (${anomaly.name})`;
  return [
    h(
      'section',
      { id: 'operations' },
      h('h2', {}, 'What clients asked and were told'),
      ...(anomaly === undefined
        ? []
        : [h('p', { class: 'explanation' }, anomaly.explanation), drawing(shown)]),
      operationsTable(caption, shown, go),
      missing > 0 ? h('p', { class: 'note' }, `${missing} more are not listed.`) : null,
    ),
  ];
}

function nearest(all: readonly EvidenceOperation[], { focusMs, contradictions }: SpaceTime) {
  const at = contradictions[0]?.timeMs ?? focusMs[1];
  const far = ({ startMs }: EvidenceOperation): number => Math.abs(startMs - at);
  const near = new Set([...all].sort((a, b) => far(a) - far(b)).slice(0, rowsMax));
  return all.filter((one) => near.has(one));
}

const drawing = (shown: readonly EvidenceOperation[]): HTMLElement =>
  h(
    'div',
    {
      class: 'scroll diagram',
      tabindex: '0',
      role: 'region',
      'aria-label': 'Operations as intervals',
    },
    intervals(
      shown,
      'The operations as intervals',
      Math.min(1290, Math.max(600, innerWidth - 120)),
    ),
  );

const operationsTable = (
  caption: string,
  rows: readonly EvidenceOperation[],
  go: Go,
): HTMLElement =>
  table(
    caption,
    [
      { head: 'asked' },
      { head: 'operation' },
      { head: 'process', number: true },
      { head: 'node' },
      { head: 'outcome' },
      { head: 'answered after', number: true },
      { head: '' },
    ],
    rows.map((one) => ({
      ...(one.impossible ? { mark: 'impossible' } : {}),
      cells: [
        jump(one.startMs, go),
        h('code', {}, one.text),
        one.process,
        one.node,
        one.error === undefined ? one.outcome : `${one.outcome}: ${one.error}`,
        one.endMs === null ? 'never' : `${(one.endMs - one.startMs).toFixed(2)} ms`,
        one.impossible ? h('b', {}, 'fits nowhere') : null,
      ],
    })),
  );

/** What is what in the diagram. */
export function legend({ system }: SpaceTime): HTMLElement {
  const key = (kind: string, words: string): HTMLElement =>
    h('span', { class: 'key' }, h('i', { class: kind }), words);
  return h(
    'div',
    { class: 'keys' },
    key('k-leader', 'leader'),
    key('k-candidate', 'candidate'),
    key('k-follower', 'follower'),
    key('k-down', 'down'),
    key('k-paused', 'paused'),
    key('k-fault', 'under a fault'),
    key('k-elect', 'election'),
    key('k-replicate', 'replication'),
    key('k-client', 'for clients'),
    key('k-lost', 'lost ✕'),
    key('k-disk', 'write to disk, until it is durable'),
    h('span', {}, system === 'raft' ? 't2: term 2' : 'b2: ballot of round 2'),
    h('span', {}, '▲ role  ✓ vote  ■ log  ● commit  ◆ read  ▼ answer'),
  );
}
