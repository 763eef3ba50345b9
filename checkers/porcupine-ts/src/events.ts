/** From events to intervals: the position of an event is its time. */

import type { Event, Operation } from './operation.ts';

type Call<Input> = Extract<Event<Input, never>, { kind: 'call' }>;

interface Open<Input> {
  readonly call: Call<Input>;
  readonly position: number;
}

/** How a call ended, where it did. */
type End<Input, Output> = Exclude<Event<Input, Output>, { kind: 'call' }> & {
  readonly position: number;
};

function operation<Input, Output>(
  { call, position }: Open<Input>,
  end: End<Input, Output> | undefined,
): readonly Operation<Input, Output>[] {
  const { id, client, input } = call;
  const called = { id, input, call: position, ...(client === undefined ? {} : { client }) };
  switch (end?.kind) {
    case 'return':
      return [{ ...called, kind: 'completed', output: end.output, return: end.position }];
    case 'failed':
      return [];
    case 'unknown':
    case undefined:
      return [{ ...called, kind: 'unknown' }];
  }
}

/**
 * The operations that these events tell of, in the order of their calls. Ids must be unique among all calls. Throws
 * RangeError for a second call or a second end of the same id, and for an end without a call.
 */
export function fromEvents<Input, Output>(
  events: readonly Event<Input, Output>[],
): readonly Operation<Input, Output>[] {
  const opened = new Map<string | number, Open<Input>>();
  const ended = new Map<string | number, End<Input, Output>>();
  for (const [position, event] of events.entries()) {
    if (event.kind === 'call') {
      if (opened.has(event.id)) {
        throw new RangeError(`event ${position}: id ${event.id} is called twice; ids are unique`);
      }
      opened.set(event.id, { call: event, position });
      continue;
    }
    if (!opened.has(event.id)) {
      throw new RangeError(
        `event ${position}: ${event.kind} of id ${event.id}, which was not called`,
      );
    }
    if (ended.has(event.id)) {
      throw new RangeError(`event ${position}: id ${event.id} ends twice`);
    }
    ended.set(event.id, { ...event, position });
  }
  return [...opened].flatMap(([id, open]) => operation(open, ended.get(id)));
}
