/** Every bound of the simulated world, with the reason for the number. All else is as in a node process (src/node/limits.ts). */

/** Messages that wait in one direction of one held link; more are lost. About what 8 MiB of buffers hold in a busy cluster. */
export const maxHeldMessages = 20_000;

/** A lost segment of a stream is sent again after this long, and everything behind it waits, in ms: Linux's least. */
export const retransmitMs = 200;

/** The third time it arrives in any case: 1.4 s late, not the minutes that TCP may take. */
export const retransmitsMax = 3;

/** A message that is reordered comes this many times later than it would. */
export const reorderFactor = 10;

/** All nodes are started within this time before the run, in ms: no two of them tick at the same moment. */
export const startWithinMs = 20;
