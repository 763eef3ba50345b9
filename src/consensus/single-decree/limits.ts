/** Bounds that are not for users to tune. */

/** The random part of the back-off doubles at most this often: long enough for many proposers, short enough to wait for. */
export const backoffDoublingsMax = 6;
