/** Where an operation was read, and how complaints about it are worded. */

import { BadInput } from '../errors.ts';
import type { Operation } from './operation.ts';

/** The text that a history came from. */
export interface Source {
  /** As the user named it. */
  readonly file: string;
  /** `lines[i]` is the line, counted from 1, on which operation i begins. Absent: the history is not from a text. */
  readonly lines?: readonly number[];
}

/** Longer values are cut: an error is for reading. */
const maxShownCharacters = 120;

/** A value as JSON, cut to a readable length. */
export function show(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length <= maxShownCharacters ? text : `${text.slice(0, maxShownCharacters)}...`;
}

/** One operation in a few words: `ok write 3 by process 4 (key "x")`. */
export function describeOperation(op: Operation): string {
  const value = op.value === undefined ? '' : ` ${show(op.value)}`;
  const key = op.key === undefined ? '' : ` (key ${show(op.key)})`;
  return `${op.type} ${op.f}${value} by process ${op.process}${key}`;
}

export interface Complaint {
  /** What was wrong, with the value. */
  readonly problem: string;
  readonly allowed: string;
  /** What to do next, where that is not plain from what is allowed. */
  readonly next?: string;
}

/** The error for one line of one file: `history.jsonl:12: <problem>. Allowed: <allowed>. <next>.` */
export function badLine(file: string, line: number, complaint: Complaint): BadInput {
  const next = complaint.next === undefined ? '' : ` ${complaint.next}.`;
  return new BadInput(
    `${file}:${line}: ${complaint.problem}. Allowed: ${complaint.allowed}.${next}`,
  );
}

/** The error for one operation of a history. Without line numbers it names the operation's index. */
export function badOperation(source: Source, op: Operation, complaint: Complaint): BadInput {
  const line = source.lines?.[op.index];
  const problem = `${describeOperation(op)}: ${complaint.problem}`;
  if (line !== undefined) return badLine(source.file, line, { ...complaint, problem });
  const next = complaint.next === undefined ? '' : ` ${complaint.next}.`;
  return new BadInput(
    `${source.file}: operation ${op.index}, ${problem}. Allowed: ${complaint.allowed}.${next}`,
  );
}
