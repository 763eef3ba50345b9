/** Everything the command line does, for programs: a mocha suite of your own can call `runTest` and assert on the result. */

export { BadInput, exitCodes, HarnessFailure } from './errors.ts';
export { type Analyzed, type AnalyzeOptions, analyze } from './run/analyze.ts';
export { buildSpec, type TestRequest } from './run/build-spec.ts';
export { checkFile } from './run/check-file.ts';
export { loadFaultFiles } from './run/fault-files.ts';
export { renderReports } from './run/render.ts';
export { type RunOptions, runTest } from './run/run-test.ts';
export type { TestSpec } from './run/spec.ts';
export { systems } from './systems/index.ts';
