/** Who lost less time, and what each fault did. */

import { inWords, metricWords } from '#src/metrics/metric-words';
import type {
  CampaignReportData,
  ContestRow,
  ImpactMetric,
  ImpactRow,
  Spreading,
} from '../../campaign-types.ts';
import { contestProof, contestSentence } from '../../campaign-words.ts';
import { capital, faultTitle, spreadInWords } from '../../compare-words.ts';
import { duration } from '../../text.ts';
import { type Child, h, s, table } from '../dom.ts';
import { systemClass, systemName } from '../system-mark.ts';

const barWidth = 90;

/** A bar and the time; of one scale in the whole table, the first row apart. */
function lostCell(ms: number, most: number, at: number): Child {
  const width = most === 0 ? 0 : (barWidth * ms) / most;
  const bar = s(
    'svg',
    {
      width: String(barWidth),
      height: '10',
      viewBox: `0 0 ${barWidth} 10`,
      class: systemClass(at),
      'aria-hidden': 'true',
    },
    s('rect', { class: 'mark', width: String(width), height: '10', rx: '2' }),
  );
  return h('span', { class: 'spreading' }, bar, ' ', duration(ms));
}

function verdictCell(row: ContestRow, systems: readonly string[]): Child {
  const proof = h('small', {}, contestProof(row));
  if (row.verdict === 'more-than-noise') {
    return h(
      'div',
      { class: 'judged clear' },
      systemName(systems, row.less),
      ' lost less: more than noise',
      proof,
    );
  }
  const word = row.verdict === 'within-noise' ? 'no more than noise' : 'too few to tell';
  return h('div', { class: 'judged' }, word, proof);
}

/** null with a single system, or when no fault took effect in all of them. */
export function contestSection(data: CampaignReportData): HTMLElement | null {
  const { contest, systems, differences, chanceNote } = data;
  const [all, ...kinds] = contest;
  if (all === undefined) return null;
  const most = Math.max(...kinds.flatMap(({ lostMs }) => Object.values(lostMs)));
  const mostOfAll = Math.max(...Object.values(all.lostMs));
  return h(
    'section',
    { id: 'contest' },
    h('h2', {}, 'Which lost less time, under which fault, and is it noise?'),
    h('p', { class: 'note' }, contestSentence(all, systems)),
    table(
      'Time without any success, all firings together that took effect in every system',
      [
        { head: 'fault' },
        ...systems.map((name) => ({ head: systemName(systems, name) })),
        { head: 'is it more than noise?' },
      ],
      contest.map((row) => ({
        cells: [
          h('b', {}, row.kind ?? 'all faults'),
          ...systems.map((name, at) =>
            lostCell(row.lostMs[name] ?? 0, row.kind === null ? mostOfAll : most, at),
          ),
          verdictCell(row, systems),
        ],
        ...(row.verdict === 'more-than-noise' ? { mark: 'clear' } : {}),
      })),
    ),
    differences.length === 0
      ? h(
          'p',
          { class: 'note' },
          `No other figure differs by more than the noise. ${chanceNote ?? ''}`,
        )
      : h(
          'details',
          {},
          h(
            'summary',
            {},
            `Other figures that differ by more than the noise: ${differences.length}`,
          ),
          chanceNote === undefined ? null : h('p', { class: 'note' }, chanceNote),
          h(
            'ul',
            { class: 'why' },
            ...differences.map((row) =>
              h(
                'li',
                {},
                `${capital(faultTitle(row))}: ${metricWords[row.metric].name} `,
                systems.map((name) => `${name} ${spreadInWords(row, row.values[name])}`).join(', '),
              ),
            ),
          ),
        ),
  );
}

const columns: readonly (readonly [ImpactMetric, string])[] = [
  ['lostMs', 'time lost'],
  ['detectionMs', 'noticed'],
  ['timeToFirstOkMs', 'first success'],
  ['recoveryMs', 'recovery'],
  ['degradedMs', 'slow tail'],
  ['catchUpMs', 'catch-up'],
];

/** `310 ms, 480 ms, 1.2 s`; what was not seen is said. */
function spreadCell({ n, missing, median, p90, max }: Spreading, metric: ImpactMetric): Child {
  if (n === 0) return h('span', { class: 'none' }, '–');
  const word = (ms: number | null): string => (ms === null ? 'not seen' : inWords(metric, ms));
  return h(
    'span',
    { class: 'spreading', title: `of ${n}${missing > 0 ? `, ${missing} not seen in time` : ''}` },
    h('b', {}, word(median)),
    n === 1 ? null : h('small', {}, `${word(p90)} · ${word(max)}`),
  );
}

const impactCells = (row: ImpactRow, isFirst: boolean, systems: readonly string[]): Child[] => [
  isFirst ? h('b', {}, row.kind) : '',
  systemName(systems, row.system),
  h(
    'span',
    { title: `${row.skipped} skipped, ${row.failed} failed` },
    String(row.tookEffect),
    row.skipped + row.failed === 0 ? null : h('small', {}, `${row.skipped + row.failed} did not`),
  ),
  ...columns.map(([metric]) => spreadCell(row.figures[metric], metric)),
];

/** null without real runs. */
export function impactsSection({ impacts, systems }: CampaignReportData): HTMLElement | null {
  if (impacts.length === 0) return null;
  return h(
    'section',
    { id: 'impacts' },
    h('h2', {}, 'What each fault did'),
    h(
      'p',
      { class: 'note' },
      'Over all firings in real runs with one fault at a time (not in storms): the median in bold, below it the 90th percentile and the worst. Point at a figure for how many there were, and at a head for what it means.',
    ),
    table(
      'Figures by fault and system',
      [
        { head: 'fault' },
        { head: 'system' },
        { head: 'took effect', number: true },
        ...columns.map(([metric, head]) => ({
          head,
          number: true,
          title: metricWords[metric].definition,
        })),
      ],
      impacts.map((row, at) => ({
        cells: impactCells(row, impacts[at - 1]?.kind !== row.kind, systems),
      })),
    ),
  );
}
