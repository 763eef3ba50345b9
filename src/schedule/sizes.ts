/** How many of the members are a majority, and how many are not. */

/** The most nodes that leave a majority of the others. */
export const minoritySize = (nodes: number): number => Math.floor((nodes - 1) / 2);
export const majoritySize = (nodes: number): number => Math.floor(nodes / 2) + 1;
/** The most nodes that are fewer than a third. */
export const minorityThirdSize = (nodes: number): number => Math.ceil(nodes / 3) - 1;
