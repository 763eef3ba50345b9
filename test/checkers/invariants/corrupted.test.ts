/** A recorded trace is valid; with one event changed in a way that no correct cluster could explain, it must not be. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createInvariants, type Traced } from '#checkers/invariants/index';
import { members, recordedTrace } from './support/recorded.ts';

type Algorithm = 'raft' | 'paxos';

/** Changes one event; undefined where this event cannot be changed so. */
type Corruption = (event: Traced) => Traced | 'removed' | undefined;

const corruptions: Readonly<Record<Algorithm, Readonly<Record<string, Corruption>>>> = {
  raft: {
    'another command in the log of a follower': (event) =>
      event.ev === 'append' && event.role === 'follower'
        ? { ...event, hashes: event.hashes.map((hash) => hash ^ 1) }
        : undefined,
    'a leader appends for another term': (event) =>
      event.ev === 'append' && event.role === 'leader'
        ? { ...event, terms: event.terms.map((term) => term + 1) }
        : undefined,
    'an append is left out': (event) => (event.ev === 'append' ? 'removed' : undefined),
    'two commits in one step back': (event) =>
      event.ev === 'commit' && event.index > 3 ? { ...event, index: event.index - 3 } : undefined,
    'an acknowledgement waits for nothing': (event) =>
      event.ev === 'appendAcknowledged' && event.afterDurable > 1
        ? { ...event, afterDurable: 0 }
        : undefined,
    'a leader of the same term': (event) =>
      event.ev === 'becomeLeader' && event.term > 1
        ? { ...event, term: event.term - 1 }
        : undefined,
    'a longer log than was written is acknowledged': (event) =>
      event.ev === 'appendAcknowledged' ? { ...event, index: event.index + 1000 } : undefined,
  },
  paxos: {
    'a command is accepted that was not proposed': (event) =>
      event.ev === 'accepted'
        ? { ...event, hashes: event.hashes.map((hash) => hash ^ 1) }
        : undefined,
    'a slot is chosen by one acceptor': (event) =>
      event.ev === 'chosen' ? { ...event, quorum: event.quorum.slice(0, 1) } : undefined,
    'a proposal is left out': (event) => (event.ev === 'proposed' ? 'removed' : undefined),
    'an acceptance waits for nothing': (event) =>
      event.ev === 'acceptanceSent' && event.afterDurable > 1 && event.slots.length > 0
        ? { ...event, afterDurable: 0 }
        : undefined,
    'adopted by the proposer alone': (event) =>
      event.ev === 'adopted' ? { ...event, quorum: event.quorum.slice(0, 1) } : undefined,
  },
};

const common: Readonly<Record<string, Corruption>> = {
  'another command is applied': (event) =>
    event.ev === 'apply' ? { ...event, hash: event.hash ^ 1 } : undefined,
  'an apply is left out': (event) => (event.ev === 'apply' ? 'removed' : undefined),
  'the same index is applied again': (event) =>
    event.ev === 'apply' && event.index > 1 ? { ...event, index: event.index - 1 } : undefined,
  'a repetition counts as new': (event) =>
    event.ev === 'apply' && event.repeated ? { ...event, repeated: false } : undefined,
  'a client is told another result': (event) =>
    event.ev === 'replied' && event.outcome === 'ok' && event.sequence !== undefined
      ? { ...event, result: event.result ^ 1 }
      : undefined,
  'a read is answered as of the beginning': (event) =>
    event.ev === 'readConfirmed' && event.readIndex > 0 ? { ...event, applied: 0 } : undefined,
  'a read is confirmed by a round of before': (event) =>
    event.ev === 'readConfirmed' ? { ...event, round: 0 } : undefined,
  'written in a lower term': (event) =>
    event.ev === 'persist' && event.term > 1 ? { ...event, term: event.term - 1 } : undefined,
};

function violations(algorithm: Algorithm, events: readonly Traced[]) {
  const invariants = createInvariants({ algorithm, members });
  for (const event of events) invariants.observe(event);
  return invariants.violations;
}

/** Some changes mean nothing at the end of a trace, or where everybody says the same again: then nothing need be seen. */
const mayBeHarmless = new Set([
  'an append is left out',
  'an apply is left out',
  'written in a lower term',
  'two commits in one step back',
  'a proposal is left out',
  'an acknowledgement waits for nothing',
  'an acceptance waits for nothing',
]);

for (const algorithm of ['raft', 'paxos'] as const) {
  describe(`a corrupted trace of ${algorithm}`, () => {
    const traces = [1, 2, 3].map((seed) => recordedTrace(algorithm, seed));

    it('is valid before it is corrupted', () => {
      for (const trace of traces) {
        assert.ok(trace.length > 1000);
        assert.deepEqual(violations(algorithm, trace), []);
      }
    });

    for (const [what, corrupt] of Object.entries({ ...corruptions[algorithm], ...common })) {
      it(`${what}: is noticed`, () => {
        const candidates = traces.flatMap((trace) =>
          trace.flatMap((event, at) => (corrupt(event) === undefined ? [] : [{ trace, at }])),
        );
        assert.ok(candidates.length > 0);
        let harmless = 0;
        fc.assert(
          fc.property(fc.nat(), (draw) => {
            const { trace, at } = candidates[draw % candidates.length] as (typeof candidates)[0];
            const changed = corrupt(trace[at] as Traced);
            const events = [...trace];
            if (changed === 'removed') events.splice(at, 1);
            else if (changed !== undefined) events[at] = changed;
            if (violations(algorithm, events).length > 0) return;
            harmless += 1;
            assert.ok(mayBeHarmless.has(what), `event ${at}: ${JSON.stringify(trace[at])}`);
          }),
          { numRuns: 25 },
        );
        assert.ok(harmless < 13, `${harmless} of 25 were not noticed`);
      });
    }
  });
}
