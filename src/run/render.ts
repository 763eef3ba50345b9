/** The reports of a run folder, from what is in it. */

import { join } from 'node:path';
import { reportData } from '#reports/data';
import { renderHtml } from '#reports/html';
import { junitXml } from '#reports/junit';
import { markdownSummary } from '#reports/markdown';
import { plural } from '#reports/text';
import { BadInput } from '../errors.ts';
import { systems } from '../systems/index.ts';
import { nodeNames } from './build-spec.ts';
import { readResults, runFiles, shortPath, writeWhole } from './folder.ts';
import { measureRun, type Recorded, readRecorded, workloadEndNs, workloadOf } from './recorded.ts';

export interface ReportFiles {
  readonly report: string;
  readonly junit: string;
  readonly summary: string;
}

/** Writes report.html, junit.xml and summary.md. Returns their paths. Throws BadInput when there are no results yet. */
export async function renderReports(folder: string): Promise<ReportFiles> {
  const recorded = readRecorded(folder);
  const results = readResults(folder);
  if (results === undefined) {
    throw new BadInput(
      `${folder} has no results yet.\nnext: run \`dissent analyze ${folder}\` first`,
    );
  }
  const { leaderships } = await measureRun(recorded);
  const data = reportData({
    results,
    test: factsOf(recorded),
    history: recorded.history,
    leaderships,
    workloadEndMs: workloadEndNs(recorded.history) / 1e6,
    controls: systems.get(results.system)?.controls(recorded.spec.systemOptions) ?? {},
  });
  writeWhole(folder, runFiles.report, renderHtml(data));
  writeWhole(folder, runFiles.junit, junitXml(results));
  writeWhole(folder, runFiles.summary, markdownSummary(data));
  return {
    report: shortPath(join(folder, runFiles.report)),
    junit: shortPath(join(folder, runFiles.junit)),
    summary: shortPath(join(folder, runFiles.summary)),
  };
}

/** What was asked for: kinds to draw from, or a schedule that somebody wrote. */
function faultsInWords({ nemesis, schedule }: Recorded['spec']): string {
  if (nemesis.length > 0) return nemesis.join(', ');
  return schedule.length === 0 ? 'none' : `a schedule of ${plural(schedule.length, 'fault')}`;
}

function factsOf(recorded: Recorded) {
  const { spec, circumstances, folder } = recorded;
  return {
    name: spec.name,
    claim: workloadOf(recorded).claim,
    nodes: nodeNames(spec.nodes),
    clients: spec.clients,
    rate: spec.rate,
    command: `npx dissent replay ${shortPath(folder)}`,
    startedAt: circumstances.startedAt,
    more: {
      ...(circumstances.proxy === undefined ? {} : { Toxiproxy: circumstances.proxy }),
      faults: faultsInWords(spec),
      'a call is given up after': `${spec.opTimeoutMs} ms`,
    },
  };
}
