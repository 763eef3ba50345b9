/**
 * Where the embedded server and the real one (v2.12.0) differ on purpose: what each does, and why ours is not a copy.
 * The suite asserts both columns, so a change of either server shows.
 */

export type ServerKind = 'embedded' | 'real';

interface Difference {
  readonly embedded: unknown;
  readonly real: unknown;
  readonly why: string;
}

export const differences = {
  lateReplyAfterHalfClose: {
    embedded: 'arrives',
    real: 'is lost',
    why: 'A half-close is normal TCP; losing the reply would look like a fault that nobody injected.',
  },
  toxicityOfLiveConnections: {
    embedded: 'stays as drawn',
    real: 'is drawn again',
    why: 'A fault must not start or stop on a connection because another one came or went.',
  },
  resetPeerOnOpenConnection: {
    embedded: 'reset',
    real: 'fin',
    why: 'The toxic promises a RST. The real server prepares sockets for it only when they are accepted.',
  },
  closeUnderResetPeerThatDoesNotApply: {
    embedded: 'fin',
    real: 'reset',
    why: 'A toxic with toxicity 0 must not change anything (toxiproxy#603).',
  },
  removalOfTimeoutThatDoesNotApply: {
    embedded: 'stays open',
    real: 'is closed',
    why: 'Only connections that lost bytes have to be closed.',
  },
  endOfStreamUnderRateZero: {
    embedded: 'is held',
    real: 'passes',
    why: 'A cable that carries no byte carries no FIN either.',
  },
  emptyPopulate: {
    embedded: [],
    real: null,
    why: 'A list is a list; clients iterate over it.',
  },
  loggerInProxyJson: {
    embedded: false,
    real: true,
    why: 'An internal field of the real server that leaks.',
  },
  negativeAttribute: {
    embedded: 400,
    real: 200,
    why: 'There is no negative delay, rate or size; a typo should be told.',
  },
  toxicityAboveOne: { embedded: 400, real: 200, why: 'It is a probability.' },
  upstreamWithoutPort: {
    embedded: 400,
    real: 201,
    why: 'No connection through such a proxy could ever work.',
  },
  unusableListenAddress: {
    embedded: 400,
    real: 500,
    why: 'It is the request that is wrong, not the server.',
  },
} as const satisfies Record<string, Difference>;

/** What this server is expected to do. */
export const expected = (kind: ServerKind, name: keyof typeof differences): unknown =>
  differences[name][kind];
