/** How long the real world may take. Milliseconds. */

export const limits = {
  /** From the start of a node's process to its first answer. Long, for loaded machines; passing it is a finding. */
  nodeReady: 15_000,
  /** One question to a node about its status. */
  statusAnswer: 500,
  /** Between two questions whether a node is ready. */
  readyPoll: 15,
  /** From a signal to its effect being seen. */
  signalSeen: 5_000,
  /** From SIGTERM to SIGKILL. */
  stopGrace: 2_000,
  /** Bytes at the end of a log that are searched for its last lines. */
  logTailBytes: 4_096,
  /** Lines of a log that are shown when a node ended by itself. */
  logTailLines: 6,
} as const;
