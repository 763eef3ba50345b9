/** One thing at a time per name: changes to the same link or the same process never interleave. */

export type Serial = <T>(name: string, action: () => Promise<T>) => Promise<T>;

/** A new set of queues, one per name, all independent. An action that fails does not stop the ones behind it. */
export function serial(): Serial {
  const last = new Map<string, Promise<unknown>>();
  return (name, action) => {
    const result = (last.get(name) ?? Promise.resolve()).then(action, action);
    last.set(
      name,
      result.catch(() => undefined),
    );
    return result;
  };
}

/** Waits for all, also when some fail, and then throws the first failure: nothing goes on behind the caller's back. */
export async function all(actions: readonly Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(actions);
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
}
