/** Which request came from where: the bookkeeping that gives every client input exactly one reply. */

import type { NodeId, RequestId } from './algorithm.ts';
import { broken } from './invariant.ts';
import type { ClientRequest } from './state-machine/command.ts';

/** A client of this node, or a peer that handed on its client's request. */
export type Origin =
  | { readonly kind: 'client'; readonly request: RequestId }
  | {
      readonly kind: 'peer';
      readonly from: NodeId;
      readonly request: RequestId;
      readonly incarnation: number;
      /** The peer meant this incarnation of this node, so no earlier one can have been handed the request. */
      readonly isFirst: boolean;
    };

export interface OpenRequest {
  readonly origin: Origin;
  readonly body: ClientRequest;
}

const none: readonly RequestId[] = [];

/** Requests further behind a peer's newest one than this are taken for repeated. */
const handedWindow = 4096;

/** What a peer has handed on since it started. */
interface Handed {
  readonly incarnation: number;
  highest: number;
  /** By the request's number modulo the window: the newest one that has been here. Those that it replaced are behind the window. */
  readonly recent: RequestId[];
}

/** Requests given to the algorithm here get numbers of their own, since two peers may choose the same ones. */
export class Router {
  readonly #forwardTimeoutMs: number;
  readonly #open = new Map<RequestId, OpenRequest>();
  /** Requests handed to a leader, in the order of their deadlines. */
  readonly #forwards = new Map<RequestId, number>();
  /** None of their deadlines is before this. It may be that of one that has been answered. */
  #soonestMs = Number.POSITIVE_INFINITY;
  readonly #handed = new Map<NodeId, Handed>();
  /** The latest incarnation of each peer that was heard of. */
  readonly #incarnations = new Map<NodeId, number>();
  #last = 0;

  constructor(forwardTimeoutMs: number) {
    this.#forwardTimeoutMs = forwardTimeoutMs;
  }

  /** A number for a request that goes to the algorithm of this node. */
  open(origin: Origin, body: ClientRequest): RequestId {
    this.#last += 1;
    this.#open.set(this.#last, { origin, body });
    return this.#last;
  }

  /** The request that is answered now. Throws BrokenInvariant when it was answered before. */
  close(request: RequestId): OpenRequest {
    const found = this.#open.get(request) ?? broken(`request ${request} was already answered`);
    this.#open.delete(request);
    return found;
  }

  /**
   * Whether a peer's request has been here before. It must not be answered twice: that the copy is refused says nothing about the
   * first, which may still be carried out.
   */
  isRepeated(from: NodeId, incarnation: number, request: RequestId): boolean {
    let handed = this.#handed.get(from);
    if (handed === undefined || handed.incarnation < incarnation) {
      handed = { incarnation, highest: 0, recent: [] };
      this.#handed.set(from, handed);
    }
    const { recent } = handed;
    const place = request % handedWindow;
    if (handed.incarnation > incarnation || recent[place] === request) return true;
    if (request <= handed.highest - handedWindow) return true;
    recent[place] = request;
    handed.highest = Math.max(handed.highest, request);
    return false;
  }

  /** The latest incarnation of this peer that was heard of. */
  incarnationOf(peer: NodeId): number | undefined {
    return this.#incarnations.get(peer);
  }

  heardOf(peer: NodeId, incarnation: number): void {
    const known = this.#incarnations.get(peer);
    if (known === undefined || known < incarnation) this.#incarnations.set(peer, incarnation);
  }

  forwarded(request: RequestId, nowMs: number): void {
    if (this.#forwards.has(request)) broken(`request ${request} was used twice`);
    const deadlineMs = nowMs + this.#forwardTimeoutMs;
    if (this.#forwards.size === 0 || deadlineMs < this.#soonestMs) this.#soonestMs = deadlineMs;
    this.#forwards.set(request, deadlineMs);
  }

  /** Whether an answer to this forwarded request is still wanted; it is not wanted again. */
  forwardAnswered(request: RequestId): boolean {
    return this.#forwards.delete(request);
  }

  /** No forwarded request is overdue before this. */
  get nextOverdueMs(): number {
    return this.#forwards.size === 0 ? Number.POSITIVE_INFINITY : this.#soonestMs;
  }

  /** Forwarded requests whose time is up; they are not waited for any longer. */
  overdue(nowMs: number): readonly RequestId[] {
    if (this.#forwards.size === 0) return none;
    const out: RequestId[] = [];
    for (const [request, deadlineMs] of this.#forwards) {
      if (deadlineMs > nowMs) break;
      out.push(request);
      this.#forwards.delete(request);
    }
    this.#soonestMs = Math.min(...this.#forwards.values());
    return out;
  }
}
