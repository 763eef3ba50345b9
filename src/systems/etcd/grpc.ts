/**
 * Unary calls of gRPC over HTTP/2, one at a time, over a connection that is dialled when it is needed.
 *
 * A request leaves only after the server's SETTINGS have come: behind a proxy a connection opens also when nobody is there, and what
 * was never sent to anybody definitely did not happen.
 */

import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import { connect as dial } from 'node:net';
import type { Address } from '../../node/config.ts';

export type GrpcReply =
  | { readonly kind: 'answered'; readonly body: Buffer }
  /** The server answered with an error. `code`: of gRPC. */
  | { readonly kind: 'refused'; readonly code: number; readonly message: string }
  /** Not a byte of it can have reached the server, or the server says that it did not look at it. */
  | { readonly kind: 'not-sent'; readonly error: string }
  /** Was sent, and nothing came back (in time, or before the connection broke). */
  | { readonly kind: 'no-answer'; readonly error: string };

export interface GrpcCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly body: Buffer;
  /** More headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

const { NGHTTP2_REFUSED_STREAM } = constants;

/** A message with its prefix: not compressed, and its length. */
function framed(body: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(body.length, 1);
  return Buffer.concat([prefix, body]);
}

/** The one message in these bytes; undefined when they are not one whole message. */
function unframed(bytes: Buffer): Buffer | undefined {
  const isWhole = bytes.length >= 5 && bytes[0] === 0 && bytes.length - 5 === bytes.readUInt32BE(1);
  return isWhole ? bytes.subarray(5) : undefined;
}

interface Session {
  readonly http2: ClientHttp2Session;
  /** Resolves when requests may be sent; rejects when the connection breaks before. */
  readonly ready: Promise<void>;
  /** Why it ended. */
  trouble: string | undefined;
}

export class GrpcWire {
  readonly #address: Address;
  #session: Session | undefined;
  #hangUp: ((why: string) => void) | undefined;
  #closed = false;

  constructor({ host, port }: Address) {
    this.#address = { host, port };
  }

  /** Settles within `timeoutMs`; never rejects. To be called only when the one before has settled. */
  async call(call: GrpcCall, timeoutMs: number): Promise<GrpcReply> {
    if (this.#closed) return { kind: 'not-sent', error: closedError };
    const interrupted = Promise.withResolvers<string>();
    const late = `no answer from ${this.#name} within ${Math.round(timeoutMs)} ms`;
    const timer = setTimeout(() => interrupted.resolve(late), timeoutMs);
    this.#hangUp = interrupted.resolve;
    try {
      return await this.#exchange(call, timeoutMs, interrupted.promise);
    } finally {
      clearTimeout(timer);
      this.#hangUp = undefined;
    }
  }

  /** Hangs up; a call in progress settles. */
  close(): void {
    this.#closed = true;
    this.#hangUp?.(closedError);
    this.#drop(closedError);
  }

  get #name(): string {
    return `${this.#address.host}:${this.#address.port}`;
  }

  async #exchange(
    call: GrpcCall,
    timeoutMs: number,
    interrupted: Promise<string>,
  ): Promise<GrpcReply> {
    const session = this.#session ?? this.#dial();
    const notReady = await Promise.race([session.ready.then(() => undefined, reason), interrupted]);
    if (notReady !== undefined) {
      this.#drop(notReady);
      return { kind: 'not-sent', error: notReady };
    }
    const answer = await Promise.race([ask(session, call, timeoutMs), interrupted]);
    if (typeof answer !== 'string') return answer;
    // What was asked may still be on its way on this connection: the next request takes a new one.
    this.#drop(answer);
    return { kind: 'no-answer', error: answer };
  }

  #dial(): Session {
    const socket = dial({ ...this.#address, noDelay: true });
    const http2 = connect(`http://${this.#name}`, { createConnection: () => socket });
    const ready = Promise.withResolvers<void>();
    ready.promise.catch(() => undefined);
    const session: Session = { http2, ready: ready.promise, trouble: undefined };
    const lost = (why: string): void => {
      session.trouble ??= `${this.#name}: ${why}`;
      ready.reject(new Error(session.trouble));
      if (this.#session === session) this.#session = undefined;
      http2.destroy();
    };
    http2.once('remoteSettings', () => ready.resolve());
    http2.on('error', (error) => lost(error.message));
    http2.once('goaway', () => lost('the server takes no more requests'));
    http2.once('close', () => lost('connection closed'));
    // Errors of the socket come before those of the session, and say more.
    socket.on('error', (error) => lost(error.message));
    this.#session = session;
    return session;
  }

  #drop(why: string): void {
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    session.trouble ??= why;
    session.http2.destroy();
  }
}

const closedError = 'the connection was closed';

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Sends a call and waits for its end, however long that takes; never rejects. */
function ask(session: Session, call: GrpcCall, timeoutMs: number): Promise<GrpcReply> {
  const { promise, resolve } = Promise.withResolvers<GrpcReply>();
  let stream: ClientHttp2Stream;
  try {
    stream = session.http2.request({
      ':method': 'POST',
      ':path': call.path,
      'content-type': 'application/grpc',
      te: 'trailers',
      // The server gives up when nobody waits for it any more.
      'grpc-timeout': `${Math.max(1, Math.ceil(timeoutMs))}m`,
      ...call.headers,
    });
  } catch (error) {
    return Promise.resolve({ kind: 'not-sent', error: session.trouble ?? reason(error) });
  }
  const parts: Buffer[] = [];
  const outcome: Outcome = { status: undefined, message: '' };
  const seen = (headers: IncomingHttpHeaders): void => {
    const { 'grpc-status': status, 'grpc-message': message } = headers;
    if (typeof status === 'string') outcome.status = Number(status);
    if (typeof message === 'string') outcome.message = decoded(message);
  };
  stream.on('response', seen);
  stream.on('trailers', seen);
  stream.on('data', (part: Buffer) => parts.push(part));
  let trouble: string | undefined;
  stream.on('error', (error) => {
    trouble = error.message;
  });
  stream.once('close', () => {
    if (outcome.status !== undefined) return resolve(judged(outcome, Buffer.concat(parts)));
    const refused = stream.rstCode === NGHTTP2_REFUSED_STREAM;
    const error = session.trouble ?? trouble ?? 'the answer ended without a status';
    resolve({ kind: refused ? 'not-sent' : 'no-answer', error });
  });
  stream.end(framed(call.body));
  return promise;
}

/** What headers and trailers have said so far. */
interface Outcome {
  status: number | undefined;
  message: string;
}

function judged({ status = 0, message }: Outcome, bytes: Buffer): GrpcReply {
  if (status !== 0) return { kind: 'refused', code: status, message };
  const body = unframed(bytes);
  return body === undefined
    ? { kind: 'no-answer', error: `an answer of ${bytes.length} bytes that is not one message` }
    : { kind: 'answered', body };
}

/** Messages are percent-encoded where they are not plain ASCII. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
