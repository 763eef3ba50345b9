/** Round by round over time: the systems one above the other, over one time axis and one scale. */

import type { ComparedRound, ComparedRun, CompareReportData } from '../compare-types.ts';
import type { Chart } from './chart.ts';
import { h } from './dom.ts';
import { numbered } from './fault-words.ts';
import { faultsChart } from './faults-chart.ts';
import { lanesChart } from './lanes-chart.ts';
import { systemName } from './system-mark.ts';
import { onThemeChange } from './theme.ts';
import { mostPerBin, throughputChart } from './throughput-chart.ts';
import type { TimeView } from './time-view.ts';
import { key, toolbar } from './timeline.ts';
import type { Tooltip } from './tooltip.ts';

interface Shared {
  readonly view: TimeView;
  readonly tooltip: Tooltip;
}

interface RoundCharts {
  readonly element: HTMLElement;
  readonly charts: readonly Chart[];
}

function runCharts(
  run: ComparedRun,
  { nodes, systems }: CompareReportData,
  most: number,
  shared: Shared,
): RoundCharts {
  const faults = numbered(run.faults);
  const strip = faultsChart(faults, shared);
  const rates = throughputChart(run.throughput, faults, shared, most);
  const lanes = lanesChart({ nodes, leaderships: run.leaderships, faults }, shared);
  const element = h(
    'div',
    { class: 'part run' },
    h(
      'h4',
      {},
      systemName(systems, run.system),
      ' ',
      h('span', { class: 'muted' }, 'completed per second, and who led'),
    ),
    strip.element,
    rates.element,
    lanes.element,
  );
  return { element, charts: [strip, rates, lanes] };
}

function roundCharts(round: ComparedRound, data: CompareReportData, shared: Shared): RoundCharts {
  const most = Math.max(
    ...data.rounds.flatMap(({ runs }) => runs.map((run) => mostPerBin(run.throughput))),
  );
  const parts = round.runs.map((run) => runCharts(run, data, most, shared));
  return {
    element: h('div', {}, ...parts.map(({ element }) => element)),
    charts: parts.flatMap(({ charts }) => charts),
  };
}

/** Built when it is first opened: a comparison may have many rounds. */
function roundPart(
  round: ComparedRound,
  data: CompareReportData,
  shared: Shared,
  built: (charts: readonly Chart[]) => void,
): HTMLElement {
  const summary = h(
    'summary',
    {},
    h('b', {}, `Round ${round.round}`),
    ' ',
    h('span', { class: 'muted' }, `seed ${round.seed}`),
  );
  const element = h('details', { class: 'round' }, summary);
  let empty = true;
  element.addEventListener('toggle', () => {
    if (!element.open || !empty) return;
    empty = false;
    const { element: content, charts } = roundCharts(round, data, shared);
    element.append(content);
    built(charts);
  });
  element.open = round.round === 1;
  return element;
}

export function compareRounds(data: CompareReportData, shared: Shared): HTMLElement {
  const all: Chart[] = [];
  onThemeChange(() => {
    for (const chart of all) chart.redraw();
  });
  return h(
    'section',
    { id: 'rounds' },
    h('div', { class: 'heading' }, h('h2', {}, 'Over time'), toolbar(shared.view)),
    h(
      'p',
      { class: 'note' },
      'The same faults, at the same times, in all systems; shaded from start to healing. All charts share the time axis and the scale.',
    ),
    h(
      'div',
      { class: 'keys' },
      key('key-ok', 'succeeded'),
      key('key-fail', 'did not happen'),
      key('key-info', 'outcome unknown'),
      key('key-leader', 'leads'),
      key('key-deposed', 'still thinks it leads; a newer term has begun'),
      key('key-fault', 'under a fault'),
    ),
    ...data.rounds.map((round) => roundPart(round, data, shared, (charts) => all.push(...charts))),
  );
}
