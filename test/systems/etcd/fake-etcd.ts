/** A server that speaks gRPC as etcd does, keeps keys in memory, and can be told to misbehave. */

import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Address } from '#src/node/config';
import { type Fields, type FieldValue, message, parse } from '#src/systems/etcd/protobuf';

export type Behaviour =
  | { readonly kind: 'serve' }
  | { readonly kind: 'refuse'; readonly code: number; readonly message: string }
  /** Carries it out, and says nothing. */
  | { readonly kind: 'silent' }
  /** Carries it out, and breaks the connection. */
  | { readonly kind: 'break' }
  /** Says that it did not look at it. */
  | { readonly kind: 'not-looked-at' };

interface Pair {
  readonly value: Buffer;
  readonly modRevision: number;
}

export class FakeEtcd implements AsyncDisposable {
  readonly #server: Http2Server = createServer();
  readonly #pairs = new Map<string, Pair>();
  #revision = 1;
  /** Asked for every request, before it is carried out. */
  behave: (path: string) => Behaviour = () => ({ kind: 'serve' });
  /** Paths of the requests that came, and their headers. */
  readonly requests: { readonly path: string; readonly headers: Record<string, unknown> }[] = [];

  static async start(): Promise<FakeEtcd> {
    const fake = new FakeEtcd();
    fake.#server.on('sessionError', () => undefined);
    fake.#server.on('stream', (stream, headers) => fake.#serve(stream, headers));
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  get address(): Address {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  /** As another client would. */
  put(key: string, value: string): void {
    this.#revision += 1;
    this.#pairs.set(key, { value: Buffer.from(value), modRevision: this.#revision });
  }

  get(key: string): string | undefined {
    return this.#pairs.get(key)?.value.toString('utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await Promise.resolve();
  }

  #serve(stream: ServerHttp2Stream, headers: Record<string, unknown>): void {
    const parts: Buffer[] = [];
    stream.on('error', () => undefined);
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => {
      const path = String(headers[':path']);
      this.requests.push({ path, headers });
      const behaviour = this.behave(path);
      if (behaviour.kind === 'not-looked-at') return stream.close(7);
      if (behaviour.kind === 'refuse') {
        return stream.respond(
          {
            ':status': 200,
            'grpc-status': String(behaviour.code),
            'grpc-message': encodeURIComponent(behaviour.message),
          },
          { endStream: true },
        );
      }
      const answer = this.#carryOut(path, parse(Buffer.concat(parts).subarray(5)));
      if (behaviour.kind === 'silent') return undefined;
      if (behaviour.kind === 'break') return stream.session?.destroy();
      const prefix = Buffer.alloc(5);
      prefix.writeUInt32BE(answer.length, 1);
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      return stream.end(Buffer.concat([prefix, answer]));
    });
  }

  #carryOut(path: string, request: Fields): Buffer {
    return path.endsWith('/Range') ? this.#range(request) : this.#txn(request);
  }

  #range(request: Fields): Buffer {
    const key = request.bytes(1).toString('utf8');
    const pair = this.#pairs.get(key);
    if (pair === undefined) return message([1, message()]);
    return message([2, message([1, key], [3, pair.modRevision], [5, pair.value])], [4, 1]);
  }

  #txn(request: Fields): Buffer {
    const succeeded = request.all(1).every((compare) => this.#holds(parse(compare)));
    this.#revision += 1;
    const answers = request.all(succeeded ? 2 : 3).map((one): readonly [number, FieldValue] => {
      const operation = parse(one);
      if (operation.has(1)) return [3, message([1, this.#range(parse(operation.bytes(1)))])];
      const put = parse(operation.bytes(operation.has(2) ? 2 : 3));
      const key = put.bytes(1).toString('utf8');
      if (operation.has(3)) this.#pairs.delete(key);
      else this.#pairs.set(key, { value: put.bytes(2), modRevision: this.#revision });
      return [3, message([operation.has(2) ? 2 : 3, message()])];
    });
    return message([2, succeeded ? 1 : undefined], ...answers);
  }

  #holds(compare: Fields): boolean {
    const pair = this.#pairs.get(compare.bytes(3).toString('utf8'));
    switch (Number(compare.number(2))) {
      case 0:
        return pair === undefined && compare.number(4) === 0n;
      case 2:
        return BigInt(pair?.modRevision ?? 0) === compare.number(6);
      default:
        // etcd: a comparison of the value of a key that is not there fails.
        return pair?.value.equals(compare.bytes(7)) === true;
    }
  }
}
