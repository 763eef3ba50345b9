/** What Raft and Multi-Paxos have in common here: a log of writes, made by the algorithms that real nodes run. */

import { defaultLimits, defaultTiming } from '#src/consensus/algorithm';
import type { CreateAlgorithm } from '#src/consensus/algorithms';
import type { LogCommand } from '#src/consensus/state-machine/command';
import type { Machine, MachineSetup } from '../system.ts';
import { isObject, valueText } from './detail.ts';

/** A node of an algorithm with a log. */
export function createLogged(make: CreateAlgorithm, setup: MachineSetup): Machine {
  const { self, members, options, disk, random, nowMs, maxBatchEntries } = setup;
  const limits = { ...defaultLimits, maxBatchEntries };
  const algorithm = make(
    { self, members, timing: defaultTiming, limits },
    options,
    disk,
    random,
    nowMs,
  );
  return {
    step: (input) => {
      if (input.kind === 'propose') {
        throw new RangeError('proposing a value is for single-decree; say: client A writes x=1');
      }
      if (input.kind !== 'write') return algorithm.step(input);
      const { request, key, value } = input;
      return algorithm.step({
        kind: 'propose',
        nowMs: input.nowMs,
        request,
        command: writeCommand(request, key, value),
      });
    },
    status: () => {
      const { role, term, leader, commitIndex } = algorithm.status();
      return { role, term, leader, commit: commitIndex };
    },
  };
}

/** As it stands in a log. */
export const writeCommand = (sequence: number, key: string, value: unknown): LogCommand => ({
  kind: 'command',
  session: 1,
  sequence,
  command: { f: 'write', key, value },
});

/** The key of entries that a scenario gives by their term alone. */
export const unnamedKey = '_';
export const unnamedLabel = (term: number): string => `entry of term ${term}`;

/** `x=1`; `no-op` where there is no command. */
export function commandLabel(command: unknown): string {
  const write = writeOf(command);
  if (write === undefined) return 'no-op';
  if (write.key === unnamedKey) return unnamedLabel(Number(write.value));
  return `${write.key}=${valueText(write.value)}`;
}

/** The write that a command in the log asks for. */
export function writeOf(
  command: unknown,
): { readonly key: string; readonly value: unknown } | undefined {
  if (!isObject(command) || !isObject(command['command'])) return undefined;
  const { key, value } = command['command'];
  return { key: valueText(key), value };
}
