/** How much a faulty folder remembers, and how long it takes its time. */

export const limits = {
  /** Replaced bytes kept in memory, of all files together; beyond that the largest file is written back without a sync, as a kernel does. */
  savedBytes: 64 * 1024 * 1024,
  /** What one more entry costs besides its bytes. */
  changeBytes: 200,
  /** Cut-off content is kept in pieces of this size, those of zeros not at all. */
  pieceBytes: 64 * 1024,
  /** Files that were closed without a sync and are kept open here. */
  idleFiles: 512,
  /** Changes of names that are not synced; beyond that the older half is committed, as a journal does. */
  names: 4096,
  /** How often held requests are looked at whether the process that waits has been killed, ms. */
  heldPoll: 2,
  /** From the start of the server's process to the mounted folder, ms. */
  mount: 10_000,
  /** An answer of the server's process, ms. */
  answer: 10_000,
  /** From the request to unmount to the end of the server's process, ms. */
  unmount: 5_000,
} as const;
