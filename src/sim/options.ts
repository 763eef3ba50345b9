/** What the simulated machines and network are like. Part of a test's description, so that a run can be repeated. */

import { z } from 'zod';
import { attemptTimeoutMs, retryPauseMs } from '../node/limits.ts';

const ms = z.number().min(0).max(60_000);
const share = z.number().min(0).max(1);
const spread = z
  .strictObject({ min: ms, mean: ms })
  .refine(({ min, mean }) => mean >= min, { message: 'mean must not be below min' });

/** Everything may be left out: the defaults are a calm network and a good disk. */
export const simOptionsSchema = z.strictObject({
  network: z
    .strictObject({
      /**
       * `stream`: a connection per direction, like TCP: in order, nothing lost but with the connection. `datagram`: every message for
       * itself; loss, duplicates and reordering apply.
       */
      transport: z.enum(['stream', 'datagram']).default('stream'),
      /** One way between nodes, in ms: never less than `min`, on average `mean`, with a tail of up to 7 times the mean. */
      latencyMs: spread.default({ min: 0.3, mean: 1 }),
      /** Of all messages, always. Where the transport is a stream: a stall, as after a retransmission. */
      loss: share.default(0),
      /** Datagrams only: share of the messages that arrive twice. */
      duplicates: share.default(0),
      /** Datagrams only: share of the messages that come ten times later than they would. */
      reordered: share.default(0),
      /** Datagrams only: share of the messages that come `stragglerMs` later, each for itself, while all others are on time. */
      stragglers: share.default(0),
      /** Of the order of elections, so that an answer comes to somebody who has asked something else since. */
      stragglerMs: spread.default({ min: 50, mean: 300 }),
      /** One way between a client and its node, in ms. */
      clientLatencyMs: spread.default({ min: 0.2, mean: 0.5 }),
    })
    .prefault({}),
  disk: z
    .strictObject({
      /** One fsync, in ms. */
      fsyncMs: spread.default({ min: 0.2, mean: 0.6 }),
      /**
       * `bounded`: damage that no node could survive without breaking promises is refused. `off`: done all the same, to show what it
       * does; a violation is then the test's fault.
       */
      atlas: z.enum(['bounded', 'off']).default('bounded'),
    })
    .prefault({}),
  clients: z
    .strictObject({
      /** After so long without an answer a client asks again for the same, in ms; as real clients do unless it is told. */
      attemptTimeoutMs: ms.default(attemptTimeoutMs),
      /** From a refusal to the next attempt, in ms. */
      retryPauseMs: ms.default(retryPauseMs),
    })
    .prefault({}),
  /** From the start of a process to its being ready, in ms. */
  startMs: spread.default({ min: 20, mean: 60 }),
});
export type SimOptions = z.infer<typeof simOptionsSchema>;

export const defaultSimOptions: SimOptions = simOptionsSchema.parse({});
