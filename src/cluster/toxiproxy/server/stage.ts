/** One toxic's place in a link: the queue and the timer around its behaviour. */

import { unreachable } from '../../../errors.ts';
import { limits } from './limits.ts';
import type { Behaviour, Chunk, CloseHow, Toxic } from './toxic.ts';

/** Where bytes go: the next stage, or the socket at the end. */
export interface Outlet {
  /** Whoever fills this outlet; told when there is room again. */
  feeder: Feeder;
  /** False: hold back. A push is taken all the same, so that a flush can never block. */
  readonly hasRoom: boolean;
  push(chunk: Chunk): void;
  /** Nothing follows. */
  end(): void;
}

export interface Feeder {
  roomAhead(): void;
}

export const nowMs = (): number => performance.now();

export class Stage implements Outlet, Feeder {
  readonly toxic: Toxic;
  next: Outlet;
  feeder: Feeder = { roomAhead: () => {} };
  readonly #behaviour: Behaviour;
  readonly #close: (how: CloseHow) => void;
  readonly #queue: Chunk[] = [];
  #heldBytes = 0;
  #ended = false;
  #done = false;
  #pumping = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(toxic: Toxic, behaviour: Behaviour, next: Outlet, close: (how: CloseHow) => void) {
    this.toxic = toxic;
    this.next = next;
    this.#behaviour = behaviour;
    this.#close = close;
  }

  /** The end went through here, or the stage was taken out: nothing will pass any more. */
  get done(): boolean {
    return this.#done;
  }

  get hasRoom(): boolean {
    return this.#heldBytes < this.toxic.kind.heldBytes && this.#queue.length < limits.heldChunks;
  }

  push(chunk: Chunk): void {
    chunk.enteredMs = nowMs();
    this.#queue.push(chunk);
    this.#heldBytes += chunk.data.length;
    this.pump();
  }

  end(): void {
    this.#ended = true;
    this.pump();
  }

  roomAhead(): void {
    this.pump();
  }

  /** The attributes of the toxic have changed. */
  update(): void {
    this.#behaviour.onUpdate?.(nowMs());
    this.pump();
  }

  /** Carries out steps until the behaviour wants to wait, or the next outlet is full. Safe to call at any time. */
  pump(): void {
    if (this.#pumping || this.#done) return;
    this.#pumping = true;
    clearTimeout(this.#timer);
    const hadRoom = this.hasRoom;
    try {
      while (!this.#done && (this.next.hasRoom || !this.toxic.kind.needsRoom)) {
        const untilMs = this.#step();
        if (untilMs === undefined) continue;
        if (!this.#done) this.#wakeAt(untilMs);
        break;
      }
    } finally {
      this.#pumping = false;
    }
    if (!hadRoom && this.hasRoom) this.feeder.roomAhead();
  }

  /** Taken out of the link: what it holds goes on at once, ahead of anything newer. */
  flush(): void {
    this.stop();
    for (const chunk of this.#queue.splice(0)) this.next.push(chunk);
    if (this.#ended) this.next.end();
  }

  /** Lets go of the timer; nothing passes any more. */
  stop(): void {
    this.#done = true;
    clearTimeout(this.#timer);
  }

  /** One step. Returns when to ask again, or undefined for at once. */
  #step(): number | undefined {
    const now = nowMs();
    const head = this.#queue[0];
    if (head !== undefined) return this.#stepChunk(head, now);
    if (this.#ended) return this.#stepEnd(now);
    const step = this.#behaviour.onIdle?.(now);
    if (step === undefined) return Number.POSITIVE_INFINITY;
    if (step.kind === 'wait') return step.untilMs;
    return this.#closeNow(step.how);
  }

  #stepChunk(head: Chunk, now: number): number | undefined {
    const step = this.#behaviour.onChunk(head, now);
    switch (step.kind) {
      case 'wait':
        return step.untilMs;
      case 'close':
        return this.#closeNow(step.how);
      case 'drop':
        this.#queue.shift();
        this.#heldBytes -= head.data.length;
        return undefined;
      case 'pass':
        head.receivedMs = step.receivedMs ?? head.receivedMs;
        this.next.push(this.#take(head, step.bytes));
        return undefined;
      default:
        return unreachable(step);
    }
  }

  #stepEnd(now: number): number | undefined {
    const step = this.#behaviour.onEnd?.(now) ?? { kind: 'pass' };
    if (step.kind === 'wait') return step.untilMs;
    if (step.kind === 'close') return this.#closeNow(step.how);
    this.stop();
    this.next.end();
    return undefined;
  }

  #closeNow(how: CloseHow): number {
    this.stop();
    this.#close(how);
    return Number.POSITIVE_INFINITY;
  }

  #take(head: Chunk, bytes: number): Chunk {
    this.#heldBytes -= bytes;
    if (bytes >= head.data.length) {
      this.#queue.shift();
      return head;
    }
    const part: Chunk = { ...head, data: head.data.subarray(0, bytes) };
    head.data = head.data.subarray(bytes);
    return part;
  }

  #wakeAt(untilMs: number): void {
    if (untilMs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.min(limits.timerMs, Math.max(1, Math.ceil(untilMs - nowMs())));
    this.#timer = setTimeout(() => this.pump(), delayMs);
  }
}
