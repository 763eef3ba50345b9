/**
 * Exactly once (dissertation 6.3): a client that got no answer asks again, perhaps another node, and the command must not
 * happen twice. So the answers are part of the replicated state: a session remembers its newest command's result.
 */

import { broken } from '../invariant.ts';
import type { ClientRequest, ErrorCode } from './command.ts';
import type { StateMachine } from './state-machine.ts';

/** What goes into the log: client requests that change something, for a machine with these commands. */
export type SessionCommand<Command> =
  | Extract<ClientRequest, { readonly kind: 'open-session' }>
  | {
      readonly kind: 'command';
      readonly session: number;
      readonly sequence: number;
      readonly command: Command;
    };

export type SessionAnswer =
  | { readonly kind: 'ok'; readonly result: number }
  | {
      readonly kind: 'error';
      readonly code: Extract<ErrorCode, 'session-unknown' | 'sequence-stale'>;
    };

interface Session<Result> {
  readonly sequence: number;
  /** Not there before the first command. */
  readonly result?: Result;
}

export interface SessionMachine<Command, Query, Result>
  extends StateMachine<SessionCommand<Command>, Query, Result | SessionAnswer> {
  /** Whether applying this now would give a remembered result instead of doing it again. */
  isRepeated(command: SessionCommand<Command>): boolean;
}

/** Sessions remembered; the one unused for longest goes first. The same on every node: it decides what is applied. */
export const defaultMaxSessions = 4096;

interface Table<Result> {
  /** The number of the newest session ever opened; never used again. */
  opened: number;
  /** From the one unused for longest to the one used last, as counted in applied commands, never in time. */
  sessions: Map<number, Session<Result>>;
}

/** Puts a session table around a machine. Both are one state: they are snapshot and restored together. */
export function withSessions<Command, Query, Result>(
  machine: StateMachine<Command, Query, Result>,
  maxSessions = defaultMaxSessions,
): SessionMachine<Command, Query, Result> {
  if (!Number.isSafeInteger(maxSessions) || maxSessions < 1) {
    throw new RangeError(`maxSessions is ${maxSessions}; allowed are integers from 1`);
  }
  const table: Table<Result> = { opened: 0, sessions: new Map() };
  return {
    apply: (command) =>
      command.kind === 'open-session'
        ? open(table, maxSessions)
        : applyOnce(table, machine, command),
    query: (query) => machine.query(query),
    isRepeated: (command) => {
      if (command.kind !== 'command') return false;
      const known = table.sessions.get(command.session);
      return known?.sequence === command.sequence && known.result !== undefined;
    },
    snapshot: () => ({
      opened: table.opened,
      sessions: [...table.sessions],
      machine: machine.snapshot(),
    }),
    restore: (snapshot) => {
      const decoded = decodeSnapshot<Result>(snapshot);
      table.opened = decoded.opened;
      table.sessions = new Map(decoded.sessions);
      machine.restore(decoded.machine);
    },
  };
}

function open<Result>(table: Table<Result>, maxSessions: number): SessionAnswer {
  table.opened += 1;
  table.sessions.set(table.opened, { sequence: 0 });
  for (const oldest of table.sessions.keys()) {
    if (table.sessions.size <= maxSessions) break;
    table.sessions.delete(oldest);
  }
  return { kind: 'ok', result: table.opened };
}

function applyOnce<Command, Query, Result>(
  table: Table<Result>,
  machine: StateMachine<Command, Query, Result>,
  { session, sequence, command }: Extract<SessionCommand<Command>, { readonly kind: 'command' }>,
): Result | SessionAnswer {
  const known = table.sessions.get(session);
  // Never opened again silently: an expired session's command may have been applied before it expired.
  if (known === undefined) return { kind: 'error', code: 'session-unknown' };
  if (sequence < known.sequence) return { kind: 'error', code: 'sequence-stale' };
  table.sessions.delete(session);
  if (sequence === known.sequence && known.result !== undefined) {
    table.sessions.set(session, known);
    return known.result;
  }
  const result = machine.apply(command);
  table.sessions.set(session, { sequence, result });
  return result;
}

function decodeSnapshot<Result>(snapshot: unknown): {
  readonly opened: number;
  readonly sessions: readonly (readonly [number, Session<Result>])[];
  readonly machine: unknown;
} {
  const valid =
    typeof snapshot === 'object' &&
    snapshot !== null &&
    'opened' in snapshot &&
    'sessions' in snapshot &&
    'machine' in snapshot &&
    Array.isArray(snapshot.sessions);
  if (!valid) broken('a snapshot of sessions has opened, sessions and machine');
  return snapshot as ReturnType<typeof decodeSnapshot<Result>>;
}
