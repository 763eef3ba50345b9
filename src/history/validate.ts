/**
 * Can this have been recorded at all? A checker that is given an impossible history can only answer nonsense, so it is
 * refused before, with the line that cannot be.
 */

import { isDeepStrictEqual } from 'node:util';
import type { History, Operation } from './operation.ts';
import { badOperation, type Complaint, describeOperation, type Source, show } from './source.ts';

/** What is known of one client process on the way. */
interface ProcessState {
  /** Its invocation that is not completed. */
  open: Operation | undefined;
  /** The `info` that ended it. */
  retired: Operation | undefined;
}

/**
 * Throws BadInput for the first operation that cannot follow those before it; it names the file, the line, the operation
 * and what is allowed. Lines of the nemesis need no order but that of time: it tells what it likes.
 */
export function validateHistory(history: History, source: Source = { file: 'history' }): void {
  const processes = new Map<number, ProcessState>();
  let before: Operation | undefined;
  for (const op of history) {
    const complaint = timeComplaint(op, before) ?? processComplaint(op, processes, source);
    if (complaint !== undefined) throw badOperation(source, op, complaint);
    before = op;
  }
}

function timeComplaint(op: Operation, before: Operation | undefined): Complaint | undefined {
  if (before === undefined || op.time >= before.time) return undefined;
  return {
    problem: `time goes backwards, from ${before.time} to ${op.time} ns`,
    allowed: 'operations in the order in which they happened, on one clock that never goes back',
  };
}

function processComplaint(
  op: Operation,
  processes: Map<number, ProcessState>,
  source: Source,
): Complaint | undefined {
  if (op.process === 'nemesis') return undefined;
  let state = processes.get(op.process);
  if (state === undefined) {
    state = { open: undefined, retired: undefined };
    processes.set(op.process, state);
  }
  if (op.type === 'invoke') {
    const complaint = invocationComplaint(state, source);
    state.open = op;
    return complaint;
  }
  const { open } = state;
  if (open === undefined) return orphanComplaint(state, source);
  state.open = undefined;
  if (op.type === 'info') state.retired = op;
  return mismatch(open, op, source);
}

/** `the invoke read by process 3 on line 7`. */
function whereabouts(op: Operation, source: Source): string {
  const line = source.lines?.[op.index];
  return `${describeOperation(op)}, ${line === undefined ? `operation ${op.index}` : `line ${line}`}`;
}

function invocationComplaint(state: ProcessState, source: Source): Complaint | undefined {
  if (state.open !== undefined) {
    return {
      problem: `invoked while an earlier one is open (${whereabouts(state.open, source)})`,
      allowed:
        'one operation at a time per process: complete it first, or use another process number',
    };
  }
  if (state.retired !== undefined) {
    return {
      problem: `the process is used after an info (${whereabouts(state.retired, source)})`,
      allowed:
        'nothing more from a process after info, since that operation may still happen: go on under a new process number',
    };
  }
  return undefined;
}

function orphanComplaint(state: ProcessState, source: Source): Complaint {
  const why =
    state.retired === undefined
      ? ''
      : `; its last was over with ${whereabouts(state.retired, source)}`;
  return {
    problem: `a completion without an invocation${why}`,
    allowed: 'ok, fail or info only after an invoke of the same process, once each',
  };
}

/** Whether `op` can be how `invoke` ended. */
function mismatch(invoke: Operation, op: Operation, source: Source): Complaint | undefined {
  const asked = `what was asked was ${whereabouts(invoke, source)}`;
  if (op.f !== invoke.f) {
    return { problem: `completes another function: ${asked}`, allowed: `f ${show(invoke.f)}` };
  }
  // The key of a completion without one is that of its invocation.
  if (op.key !== undefined && op.key !== invoke.key) {
    return {
      problem: `completes another key: ${asked}`,
      allowed: invoke.key === undefined ? 'no key' : `key ${show(invoke.key)}, or none`,
    };
  }
  if (op.type !== 'ok' || op.value === undefined || op.value === null) return undefined;
  return repeatsItsArgument.has(op.f) && !isDeepStrictEqual(op.value, invoke.value)
    ? {
        problem: `says that it did something else: ${asked}`,
        allowed: `value ${show(invoke.value)}, or none`,
      }
    : transactionMismatch(invoke, op, asked);
}

/** Functions that have nothing to report: a value in their completion can only be the argument again. */
const repeatsItsArgument: ReadonlySet<string> = new Set(['write', 'cas', 'put']);

const reads: ReadonlySet<unknown> = new Set(['r', 'read']);

/** A completed transaction is the one that was asked, with its reads filled in. */
function transactionMismatch(
  invoke: Operation,
  op: Operation,
  asked: string,
): Complaint | undefined {
  if (op.f !== 'txn' || !Array.isArray(op.value) || !Array.isArray(invoke.value)) return undefined;
  const done: readonly unknown[] = op.value;
  const wanted: readonly unknown[] = invoke.value;
  const same = done.length === wanted.length && done.every((step, i) => fits(step, wanted[i]));
  if (same) return undefined;
  return {
    problem: `a transaction that is not the one that was asked: ${asked}`,
    allowed: 'the same steps in the same order, with the results of reads filled in',
  };
}

function fits(done: unknown, wanted: unknown): boolean {
  if (!Array.isArray(done) || !Array.isArray(wanted)) return false;
  const isRead = reads.has(wanted[0]);
  return isRead
    ? isDeepStrictEqual(done.slice(0, 2), wanted.slice(0, 2))
    : isDeepStrictEqual(done, wanted);
}
