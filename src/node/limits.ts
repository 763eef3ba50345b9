/** Every bound of a node process and of its clients, with the reason for the number. */

/**
 * Bytes that wait for one peer in this process before its messages are dropped. A leader's window (16 messages of up to
 * 256 entries of a kilobyte) is 4 MiB, so a busy but connected follower loses nothing; more than that piles up only where
 * bytes have stopped (a partition that holds them), and then dropping keeps memory bounded and the backlog delivered on heal
 * small. The algorithms cope with lost messages anyway.
 */
export const maxPeerBufferedBytes = 8 * 1024 * 1024;

/** A client that does not read its answers is cut off at this many bytes, so that it cannot eat the node's memory. */
export const maxClientBufferedBytes = 64 * 1024 * 1024;

/** First pause before a lost peer connection is dialled again; doubles up to the maximum. Short, so that a heal shows at once. */
export const redialMsMin = 20;
export const redialMsMax = 200;

/** A dialled connection that is not established by then is given up and dialled again (loopback takes under 1 ms). */
export const dialTimeoutMs = 1000;

/** An inbound peer connection that has not said who it is by then is closed. Long: bytes may be held by a partition. */
export const helloTimeoutMs = 60_000;

/** How often the algorithm is told the time. A fifth of the default heartbeat, so that timeouts are rarely late. */
export const tickMs = 10;

/** The same where a fault makes the node's clock slow: rarer than this, and a change of the clock would show late. */
export const tickMsMax = 200;

/** Bytes of records in one write to the log. More wait for the next batch. */
export const maxWalBatchBytes = 32 * 1024 * 1024;

/**
 * The log file grows by this many bytes of zeros at a time: a sync that need not record a new file size is a third cheaper. Small
 * enough that the growing itself, about once in a thousand commands, does not show as a pause.
 */
export const walGrowBytes = 256 * 1024;

/** How long the log is idle before the last batch is sealed (see wal.ts). Long enough not to compete with a next batch. */
export const walSealDelayMs = 20;

/** Trace lines are written this often, or when this many characters have gathered. */
export const traceFlushMs = 10;
export const traceFlushCharacters = 256 * 1024;

/**
 * One attempt of a client's call. A little more than the two default election timeouts after which a node gives up on a leader it
 * handed the request to: its answer should come before the client gives up on the node.
 */
export const attemptTimeoutMs = 750;

/** Between a refusal (no leader, overloaded) or a failed dial and the next attempt of a client's call. */
export const retryPauseMs = 30;

/**
 * A call that has been refused is not tried once more with less time left than this: an attempt that is cut short turns a definite
 * refusal into an unknown outcome, and unknown outcomes make histories harder to judge.
 */
export const shortestAttemptMs = 100;
