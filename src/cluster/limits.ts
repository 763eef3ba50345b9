/** How long the real world may take. Milliseconds. */

export const limits = {
  /** From the start of a node's process to its first answer. Long, for loaded machines; passing it is a finding. */
  nodeReady: 30_000,
  /** One question to a node about its status. */
  statusAnswer: 500,
  /** A node's answer about its clock, disk or power: longer than a busy machine keeps a process waiting. */
  innerAnswer: 5_000,
  /** Between the two looks at a clock that tell its rate. */
  clockLooksApart: 40,
  /** The same where answers take long; where they take too long even for that, the rate is not measured. */
  clockLooksApartMost: 2_000,
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
  /** Lines of a log in which a node that ended by itself may have said why: a stack trace comes after it. */
  logLastWords: 40,
  /** A call to the proxy server. It answers at once, or it has locked itself out of that proxy. */
  proxyAnswer: 2_500,
  /** A lost segment is sent again after this long, doubled each time it is lost again (TCP's smallest time-out on Linux). */
  retransmitMs: 200,
  /** Losses of the same segment in a row, at most: 3.2 s. */
  retransmitBackoffMax: 4,
  /** About the time from one message to the next on a link in use. */
  lossSlotMs: 50,
  /** Slots that go well in a row, at most: a line with a very small loss still has one now and then. */
  lossSlotsMax: 200,
  /** How long a connection that is to be reset is given to have data pass, so that it ends with a RST. */
  resetGrace: 40,
} as const;
