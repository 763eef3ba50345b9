/** Any deterministic object that can be replicated. */

/**
 * Laws: `apply` depends on nothing but the state and the command (no clock, no randomness, no locale); two machines that
 * applied the same commands are equal; `restore(snapshot())` gives an equal machine; `query` changes nothing.
 */
export interface StateMachine<Command, Query, Result> {
  apply(command: Command): Result;
  query(query: Query): Result;
  /** A JSON value that holds the whole state. */
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}
