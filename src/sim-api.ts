/**
 * The simulated world for programs (`dissent/sim`): whole tests with virtual time, network and disks, all from one seed; hunts over
 * many seeds, their failures shrunk and replayed. docs/simulator.md and docs/hunt.md tell what all of it means.
 *
 *     const spec = buildSpec({ system: 'raft', world: 'sim', nemesis: ['kill'], time: 10 }, 7);   // from 'dissent'
 *     const { verdict } = await judge(spec);
 */

export { find } from './hunt/find.ts';
export { type HuntOptions, type HuntProgress, hunt } from './hunt/hunt.ts';
export type { Found } from './hunt/jobs.ts';
export type { FoundBy, Judged, JudgeOptions, Verdict } from './hunt/judge.ts';
export { isSameFailure, judge } from './hunt/judge.ts';
export { huntReal, type RealHuntOptions } from './hunt/real-hunt.ts';
export {
  describeRealReplay,
  type RealReplayed,
  type RealReplayOptions,
  replayReal,
} from './hunt/real-replay.ts';
export { describeReplay, type Replayed, replayRepro } from './hunt/replay.ts';
export { type Repro, readRepro, reproSchema, serializeRepro } from './hunt/repro.ts';
export {
  type ScriptedTest,
  type ShrinkOptions,
  type Shrunk,
  shrink,
  sizeOf,
} from './hunt/shrink.ts';
export type { HuntSubject } from './hunt/subject.ts';
export { drawTest } from './hunt/swarm.ts';
export { type HuntFailure, type HuntResult, huntResultSchema, merge } from './hunt/tally.ts';
export {
  type PlayedFault,
  type ProgressOptions,
  type Standstill,
  standstills,
} from './metrics/progress.ts';
export { type Simulated, type SimulateOptions, simulate } from './run/simulate.ts';
export {
  defaultSimOptions,
  type NodeEnd,
  SimCluster,
  type SimClusterOptions,
  type SimCounters,
  type SimEvent,
  type SimOptions,
  type SimProgram,
  simOptionsSchema,
  type Traced,
} from './sim/index.ts';
