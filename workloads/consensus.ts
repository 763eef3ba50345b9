/** Clients that propose values for the same keys, several for each, and are told which one won. */

import { z } from 'zod';
import { agreement } from '#checkers/agreement';
import { keyName } from '#checkers/identity';
import { invariants } from '#checkers/invariants';
import { logPattern } from '#checkers/log-pattern';
import { stats } from '#checkers/stats';
import type { Call, Outcome } from '#src/client/connection';
import type { Context, Generator, Next } from '#src/generator/generator';
import { emit, pending } from '#src/generator/source';
import type { Completion, History, Invocation, Key } from '#src/history/operation';
import type { Workload, WorkloadKind } from './workload.ts';

const optionsSchema = z.strictObject({
  /** Keys that are being decided at the same time. */
  activeKeys: z.number().int().min(1).max(10_000).default(3),
  /** Proposals for a key before a fresh one takes its place. */
  proposalsPerKey: z.number().int().min(1).max(1_000_000).default(12),
});
type Options = z.infer<typeof optionsSchema>;

/** The `n`th proposal, counted over the run, proposes the value n + 1: every value names its proposal. */
class ConsensusGenerator implements Generator {
  readonly #options: Options;
  readonly #count: number;

  constructor(options: Options, count: number) {
    this.#options = options;
    this.#count = count;
  }

  next(context: Context): Next {
    const thread = context.someFree((candidate) => candidate !== 'nemesis');
    if (thread === undefined) return pending(this);
    const { activeKeys, proposalsPerKey } = this.#options;
    // Keys come in groups that are worn out together.
    const group = Math.floor(this.#count / (activeKeys * proposalsPerKey));
    const key = `d${group * activeKeys + (this.#count % activeKeys)}`;
    const op: Invocation = { f: 'decide', key, value: this.#count + 1 };
    const planned = { kind: 'invoke', timeNs: context.timeNs, thread, op } as const;
    return emit(planned, new ConsensusGenerator(this.#options, this.#count + 1));
  }

  update(): Generator {
    return this;
  }
}

const call = ({ key, value }: Invocation): Call => ({ f: 'decide', key: keyName(key), value });

function completion({ value }: Invocation, outcome: Outcome): Completion {
  switch (outcome.kind) {
    case 'ok':
      return { type: 'ok', value: outcome.result };
    case 'fail':
      return { type: 'fail', value, error: outcome.error };
    case 'unknown':
      return { type: 'info', value, error: outcome.error };
  }
}

/** Late proposals for decided keys: whoever asks must still be told the old value. Negative: never proposed before. */
function finalOperations(history: History, count: number): readonly Invocation[] {
  const keys = new Set<Key>();
  for (let i = history.length - 1; i >= 0 && keys.size < count; i -= 1) {
    const op = history[i];
    if (op?.type === 'ok' && op.key !== undefined) keys.add(op.key);
  }
  return [...keys].map((key, i) => ({ f: 'decide', key, value: -1 - i }));
}

export const consensus: WorkloadKind<Options> = {
  name: 'consensus',
  summary:
    'several clients propose for each key; all are told the same value, one that was proposed',
  options: optionsSchema,
  create: (options): Workload => ({
    name: 'consensus',
    claim: 'Of each key everybody learns the same value, and it is one that was proposed.',
    generator: new ConsensusGenerator(options, 0),
    probe: { f: 'decide', key: 'd0', value: 0 },
    finalOperations: (history) => finalOperations(history, 2 * options.activeKeys),
    call,
    completion,
    checkers: [agreement(), invariants(), stats(), logPattern()],
  }),
};
