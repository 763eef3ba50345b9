/** The page of a history from anywhere: what a checker found in it, drawn, and its operations over time. */

import type { CheckResult } from '#checkers/checker';
import type { History } from '#src/history/operation';
import { faultWindowsOf } from '#src/metrics/fault-windows';
import { measure } from '#src/metrics/measure';
import { columnsOf } from './columns.ts';
import { reportData } from './data.ts';
import { renderPage } from './html.ts';
import { pack } from './pack.ts';
import type { Results } from './results.ts';
import { grouped, plural } from './text.ts';
import type { ReportData, Verdict } from './types.ts';

export interface CheckedHistory {
  /** What the history is called: its file. */
  readonly title: string;
  /** What it was checked against. */
  readonly model: string;
  readonly history: History;
  readonly result: CheckResult;
}

/** Names of anomalies that are told; the rest is counted. */
const namesMax = 12;

function verdictOf({ result, history }: CheckedHistory): Verdict {
  const invoked = history.filter(({ type, process }) => type === 'invoke' && process !== 'nemesis');
  const operations = plural(invoked.length, 'operation');
  const { reason, anomalies = [] } = result;
  const names = [...new Set(anomalies.map(({ name }) => name))];
  const more = names.length > namesMax ? ` and ${names.length - namesMax} more` : '';
  const found =
    anomalies.length === 0
      ? []
      : [
          `${plural(anomalies.length, 'anomaly', 'anomalies')} found: ${names.slice(0, namesMax).join(', ')}${more}`,
        ];
  const why = [...(reason === undefined ? [] : [reason]), ...found];
  if (result.valid === 'unknown') {
    return {
      kind: 'unknown',
      word: 'Unknown',
      sentence: 'This history could not be decided.',
      why,
    };
  }
  return result.valid
    ? { kind: 'valid', word: 'Valid', sentence: `Nothing wrong in ${operations}.`, why }
    : {
        kind: 'violation',
        word: 'Violation',
        sentence: `Something that must not happen, in ${operations}.`,
        why,
      };
}

/** What a run is reported with, where it is known of a history alone. */
function dataOf(checked: CheckedHistory): ReportData {
  const { title, model, history, result } = checked;
  const endNs = history.at(-1)?.time ?? 0;
  const measured = measure({ history, faults: faultWindowsOf(history), workloadEndNs: endNs });
  const results: Results = {
    ...measured,
    valid: result.valid,
    exitCode: result.valid === true ? 0 : result.valid ? 2 : 1,
    reasons: [],
    system: '',
    workload: model,
    world: 'real',
    seed: 0,
    checkers: { [model]: result },
  };
  const processes = new Set(
    history.flatMap(({ process }) => (process === 'nemesis' ? [] : [process])),
  );
  const nodes = new Set(history.flatMap(({ node }) => (node === undefined ? [] : [node])));
  const data = reportData({
    results,
    history,
    leaderships: [],
    test: {
      name: title,
      nodes: [...nodes].toSorted(),
      clients: processes.size,
      more: { 'checked as': model, processes: grouped(processes.size) },
    },
  });
  return { ...data, verdict: verdictOf(checked), ...(hasTimes(history) ? {} : untimed) };
}

/** Formats without times have the position instead, and over that there is nothing to draw. */
const hasTimes = (history: History): boolean => history.some(({ time, index }) => time !== index);

const untimed = { operations: columnsOf([]) };

/** One self-contained page. Everything from the history reaches it as text only. */
export function renderHistoryHtml(checked: CheckedHistory): string {
  const data = dataOf(checked);
  return renderPage({
    viewer: { script: 'history.ts', style: 'style.css' },
    title: `${data.verdict.word}: ${checked.title}`,
    heading: data.verdict.word,
    sentence: data.verdict.sentence,
    elsewhere: 'what `dissent check` prints',
    data: pack(data),
  });
}
