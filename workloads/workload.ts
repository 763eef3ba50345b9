/** What clients do and what makes it right: generator, translation to calls, and the checkers that judge. */

import type { z } from 'zod';
import type { Checker } from '#checkers/checker';
import type { Call, Outcome } from '#src/client/connection';
import type { Generator } from '#src/generator/generator';
import type { Completion, History, Invocation } from '#src/history/operation';

export interface WorkloadSettings {
  /** Client threads. */
  readonly concurrency: number;
  readonly nodes: readonly string[];
}

export interface Workload {
  readonly name: string;
  /** The claim under test, in a sentence a reader can judge. */
  readonly claim: string;
  /** Endless, or ends by itself; the run limits its time and rate. */
  readonly generator: Generator;
  /** Harmless, and succeeds on any healthy cluster: a client that got it done is served again. */
  readonly probe: Invocation;
  /** Runs once per client thread after all faults are healed, for example final reads of what the history touched. */
  finalOperations?(history: History): readonly Invocation[];
  /** What to ask of the system. */
  call(op: Invocation): Call;
  /** What the answer means. A cas that found another value is a `fail`. Must turn an unknown read into a `fail`. */
  completion(op: Invocation, outcome: Outcome): Completion;
  readonly checkers: readonly Checker[];
}

export interface WorkloadKind<Options = unknown> {
  readonly name: string;
  /** One line for `dissent list`. */
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  create(options: Options, settings: WorkloadSettings): Workload;
}
