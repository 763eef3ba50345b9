/** The figures side by side, a table for the whole run and one for each kind of fault and role. */

import type { ComparedMetric } from '#src/metrics/compare';
import { wholeRun } from '#src/metrics/episodes';
import { inWords, metricWords } from '#src/metrics/metric-words';
import type { CompareReportData } from '../compare-types.ts';
import { capital, type Group, groupsOf, spreadInWords } from '../compare-words.ts';
import { plural } from '../text.ts';
import { type Child, h, table } from './dom.ts';
import { howToRead, type Term } from './help.ts';
import { spreadDrawing } from './spread-drawing.ts';
import { systemName } from './system-mark.ts';
import type { Tooltip } from './tooltip.ts';

/** A name that explains itself when it is pointed at or focused. */
function term(name: string, definition: string, tooltip: Tooltip): HTMLElement {
  const element = h('span', { class: 'term', tabindex: '0', 'aria-description': definition }, name);
  const show = (): void => {
    const { left, bottom } = element.getBoundingClientRect();
    tooltip.show({ x: left, y: bottom - 6, lines: [name, definition] });
  };
  const hide = (): void => tooltip.show(null);
  element.addEventListener('pointerenter', show);
  element.addEventListener('focus', show);
  element.addEventListener('pointerleave', hide);
  element.addEventListener('blur', hide);
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide();
  });
  return element;
}

/** In the table of the whole run nothing comes before or after. */
const nameOf = ({ fault, metric }: ComparedMetric): string => {
  const { name } = metricWords[metric];
  return fault === wholeRun ? name.replace(' during', '') : name;
};

function definitionOf({ fault, metric }: ComparedMetric): string {
  const { definition } = metricWords[metric];
  if (fault !== wholeRun) return definition;
  return definition
    .replace('; of those asked while the fault was in effect', '')
    .replace('from the start of the fault to the next one', 'over the whole workload');
}

function valueCell(row: ComparedMetric, system: string): Child {
  const { metric, values, missing } = row;
  const spread = values[system] ?? null;
  const absent = missing[system] ?? 0;
  const words = metricWords[metric].absent;
  const lacking =
    words === undefined || absent === 0
      ? null
      : `${words}: ${absent} of ${absent + (spread?.n ?? 0)}`;
  if (spread === null)
    return h(
      'span',
      {},
      h('b', {}, '–'),
      lacking === null ? null : h('small', { class: 'lacking' }, lacking),
    );
  const range =
    spread.min === spread.max
      ? spread.n === 1
        ? '1 value'
        : `all ${spread.n} the same`
      : `${inWords(metric, spread.min)} – ${inWords(metric, spread.max)}`;
  return h(
    'span',
    {},
    h('b', {}, inWords(metric, spread.median)),
    h('small', {}, range),
    lacking === null ? null : h('small', { class: 'lacking' }, lacking),
  );
}

function verdictCell({ verdict, metric }: ComparedMetric, systems: readonly string[]): Child {
  switch (verdict.kind) {
    case 'larger-than-noise':
      return h(
        'div',
        { class: 'judged clear' },
        systemName(systems, verdict.better),
        ` ${metricWords[metric].better} every time: more than the noise`,
        h('small', {}, `by chance alone in 1 of ${Math.round(1 / verdict.chance)}`),
      );
    case 'within-noise':
      return h('div', { class: 'judged' }, `≈ ${verdict.sentence}`);
    case 'too-few':
      return h('div', { class: 'judged' }, `? ${verdict.sentence}`);
  }
}

function cells(row: ComparedMetric, systems: readonly string[], tooltip: Tooltip): Child[] {
  const words = systems.map((system) => `${system} ${spreadInWords(row, row.values[system])}`);
  const share = metricWords[row.metric].unit === 'share';
  return [
    term(nameOf(row), definitionOf(row), tooltip),
    ...systems.map((system) => valueCell(row, system)),
    spreadDrawing(
      systems.map((system) => row.values[system] ?? null),
      words.join('; '),
      share,
    ),
    verdictCell(row, systems),
  ];
}

/** How often the fault took effect, over all rounds. */
function occurrences({ fault, role }: Group, { systems, rounds }: CompareReportData): string {
  if (fault === wholeRun) return 'faults and quiet times together';
  const counts = systems.map((name) => {
    const runs = rounds.flatMap((round) => round.runs.filter(({ system }) => system === name));
    const hits = runs.flatMap((run) =>
      run.faults.filter(
        (one) => one.kind === fault && one.target === role && one.outcome.kind === 'installed',
      ),
    );
    return `${plural(hits.length, 'time')} in ${name}`;
  });
  return `took effect ${counts.join(', ')}`;
}

const groupPart = (group: Group, data: CompareReportData, tooltip: Tooltip): HTMLElement =>
  h(
    'div',
    { class: 'part group' },
    h('h3', {}, capital(group.title), ' ', h('span', { class: 'muted' }, occurrences(group, data))),
    table(
      `Median and range of each figure: ${group.title}`,
      [
        { head: 'figure' },
        ...data.systems.map((system) => ({ head: systemName(data.systems, system) })),
        { head: 'ranges and medians', title: 'each on a scale of its own' },
        { head: 'is it more than noise?' },
      ],
      group.rows.map((row) => ({
        cells: cells(row, data.systems, tooltip),
        ...(row.verdict.kind === 'larger-than-noise' ? { mark: 'clear' } : {}),
      })),
    ),
  );

export const compareTables = (data: CompareReportData, tooltip: Tooltip): HTMLElement =>
  h(
    'section',
    { id: 'figures' },
    h('h2', {}, 'Side by side'),
    h(
      'p',
      { class: 'note' },
      'Each figure was measured once per run, or each time the fault struck. Shown are the median and the range of all values; a difference is called more than noise only when the ranges do not touch. Point at a name, or focus it, to read what it means.',
    ),
    ...groupsOf(data.table).map((group) => groupPart(group, data, tooltip)),
  );

const hints: readonly Term[] = [
  [
    'more than noise',
    'Every value of one system is better than every value of the other, there are at least three of each, and the medians are more than 5 % apart.',
  ],
  [
    'chance',
    'Of two alike systems with three values each, one figure in ten looks like that by chance alone; with five values each, one in 126. With many figures some will. Only more rounds make a difference surer.',
  ],
  [
    'the noise',
    'All rounds play the same faults at the same times, so their spread comes from the machine, from timeouts drawn by lot, and from the moment at which a fault hits the protocol.',
  ],
  [
    'roles',
    'A target such as leader means, in each cluster, whoever leads when the fault strikes.',
  ],
  [
    'leader',
    'The node that orders all writes at present. When it is lost, the others must notice and elect another one; until then nothing succeeds.',
  ],
  [
    'per operation',
    'All that the nodes sent or wrote, divided by the operations that succeeded. Heartbeats are sent even when nobody asks for anything, so these figures fall when the load rises.',
  ],
];

export const compareHelp = (): HTMLElement => howToRead(hints);
