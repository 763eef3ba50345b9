/** The run's own lines in a history: where its phases began. They make a folder readable without the harness that wrote it. */

import type { History } from '../history/operation.ts';
import type { Recorder } from './recorder.ts';

/** main: workload and faults. heal: faults end. final: every client is to be served again. end: all of it is over. */
export type Phase = 'main' | 'heal' | 'final' | 'end';

/** Writes an `info` line of the nemesis, `f` being `phase`. */
export function markPhase(recorder: Recorder, timeNs: number, phase: Phase): void {
  recorder.record({ time: timeNs, type: 'info', process: 'nemesis', f: 'phase', value: phase });
}

/** When a phase began, ns; undefined when the run did not get there. */
export const phaseStartNs = (history: History, phase: Phase): number | undefined =>
  history.find((op) => op.process === 'nemesis' && op.f === 'phase' && op.value === phase)?.time;
