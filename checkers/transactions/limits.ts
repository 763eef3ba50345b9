/** How much one check may do and show. */

/** Cycles of one name that are shown: the tenth example explains nothing that the ninth did not. */
export const cyclesPerNameMax = 8;

/** Other anomalies of one name that are shown; all are counted. */
export const examplesPerNameMax = 8;

/** Further closing edges tried for a shorter cycle, once there is one. */
export const triesAfterFirst = 64;

/** Nodes that the search for one phenomenon in one component may look at: about a second. */
export const visitsPerSearchMax = 10_000_000;

/** Memory of the check, in bytes per step of a transaction and per element of a read; measured, rounded up. */
export const bytesPerStep = 150;

/** Steps between two looks at the clock. */
export const stepsPerLook = 1 << 16;

/** Histories with at least this many transactions are first checked in part, to learn how long the whole will take. */
export const probeFrom = 50_000;

/** The part that is checked first. */
export const probeShare = 1 / 64;

/** Transactions of one cycle that are told of; an even number, the middle of longer ones is left out. */
export const toldMax = 24;
