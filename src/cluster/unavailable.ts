/** What processes behind proxies cannot have done to them. */

import { Unavailable } from '../schedule/world.ts';

/** A method of the world that says why it cannot be had. Its undoing is `nothing`, for there is nothing to undo. */
export const unavailable = (what: string) => (): Promise<never> =>
  Promise.reject(new Unavailable(`${what} cannot be had for real processes yet`));

export const nothing = (): Promise<void> => Promise.resolve();
