/** Reads a run folder: the test, what was recorded, and the figures that follow from it. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Workload, workloads } from '#workloads/index';
import { BadInput } from '../errors.ts';
import { paceOfStagger } from '../generator/index.ts';
import { parseHistory, validateHistory } from '../history/index.ts';
import type { History } from '../history/operation.ts';
import type { EpisodeEvidence, TimedCounters } from '../metrics/episodes.ts';
import { faultWindowsOf } from '../metrics/fault-windows.ts';
import { campaignsOf } from '../metrics/leaderships.ts';
import { type Measured, measure } from '../metrics/measure.ts';
import { readRoleEvents } from '../metrics/trace-file.ts';
import { nodeNames } from './build-spec.ts';
import { type RecordedTest, readTest, runFiles } from './folder.ts';
import { phaseStartNs } from './phase-marks.ts';
import { describeIssues } from './spec.ts';

/** What a run folder holds. */
export interface Recorded extends RecordedTest {
  readonly folder: string;
  readonly history: History;
  /** The harness was killed while it wrote: the last line is torn. */
  readonly warnings: readonly string[];
}

/** Throws BadInput when the folder is not a run folder or nothing was recorded in it. */
export function readRecorded(folder: string): Recorded {
  const recorded = readTest(folder);
  const file = join(folder, runFiles.history);
  if (!existsSync(file)) {
    throw new BadInput(`${file} is missing: the run ended before its first operation`);
  }
  const read = parseHistory(readFileSync(file, 'utf8'), { file, format: 'jsonl' });
  const { history, warnings } = read;
  // A history that cannot be must not get a verdict.
  validateHistory(history, read);
  return { ...recorded, folder, history, warnings: warnings.map((warning) => warning.message) };
}

export function workloadOf({ spec }: Pick<RecordedTest, 'spec'>): Workload {
  const kind = workloads.get(spec.workload);
  if (kind === undefined)
    throw new BadInput(`the test names an unknown workload "${spec.workload}"`);
  const settings = { concurrency: spec.clients, nodes: nodeNames(spec.nodes) };
  return kind.create(spec.workloadOptions, settings);
}

/** When the workload was over, ns: the end of the history if the run did not get that far. */
export const workloadEndNs = (history: History): number =>
  phaseStartNs(history, 'heal') ?? history.at(-1)?.time ?? 0;

/** What was recorded besides the history, brought to its clock. */
async function observed(recorded: Recorded) {
  const { folder, spec, circumstances, history } = recorded;
  const traced = await readRoleEvents(folder, nodeNames(spec.nodes));
  return {
    history,
    faults: faultWindowsOf(history),
    workloadEndNs: workloadEndNs(history),
    // Nodes stamp their traces with the machine's monotonic clock; the history counts from the start of the run.
    roleEvents: traced.map((event) => ({
      ...event,
      timeNs: event.timeNs - circumstances.originNs,
    })),
    samples: readSamples(folder),
    ...(spec.closedLoop === true ? {} : { pace: paceOfStagger(1000 / spec.rate) }),
  };
}

/** The figures of a run, from its history, its nodes' traces and the looks at their counters. */
export const measureRun = async (recorded: Recorded): Promise<Measured> =>
  measure(await observed(recorded));

/** The same, for figures fault by fault. */
export async function evidenceOf(recorded: Recorded): Promise<EpisodeEvidence> {
  const { roleEvents, ...evidence } = await observed(recorded);
  return {
    ...evidence,
    leaderships: measure({ ...evidence, roleEvents }).leaderships,
    electionsNs: roleEvents
      .filter(({ ev }) => ev === 'becomeCandidate')
      .map(({ timeNs }) => timeNs)
      .sort((a, b) => a - b),
    campaignsNs: campaignsOf(roleEvents),
  };
}

function readSamples(folder: string): TimedCounters[] {
  const file = join(folder, runFiles.samples);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  // The last line is empty, or torn by a kill of the harness.
  lines.pop();
  return lines.map((line, index) => {
    const { timeNs, status } = sampleOf(line, `${file}:${index + 1}`);
    const { node, pid, counters, commitIndex } = status;
    return { timeNs, node, pid, counters, ...(commitIndex === undefined ? {} : { commitIndex }) };
  });
}

/** A `Sample`, as far as figures need it. */
const sampleSchema = z.looseObject({
  timeNs: z.number(),
  status: z.looseObject({
    node: z.string(),
    pid: z.number(),
    commitIndex: z.number().optional(),
    counters: z.looseObject({
      messagesSent: z.number().optional(),
      bytesSent: z.number(),
      fsyncs: z.number(),
      bytesPersisted: z.number(),
    }),
  }),
});

/** Throws BadInput that names the line: figures that rest on half of the samples would be wrong without a word. */
function sampleOf(line: string, place: string): z.infer<typeof sampleSchema> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new BadInput(`${place} is not JSON: ${(error as Error).message}`);
  }
  const parsed = sampleSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BadInput(describeIssues(parsed.error, value, place));
}
