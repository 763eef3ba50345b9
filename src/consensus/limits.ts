/** Bounds that are not for users to tune. */

/** Commits handed over in one step: a node that replays a long log must still answer heartbeats in between. */
export const maxCommitsPerStep = 4096;
