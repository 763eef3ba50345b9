/**
 * One direction of one connection: a socket that is read, the stages of the toxics that affect this connection in the
 * order they were added, a socket that is written. Without toxics bytes go straight from one to the other.
 *
 *     source --> [latency] --> [bandwidth] --> sink        each holds what it may not pass yet;
 *            <-- room ---- <-- room ------ <--             reading stops while the first of them is full
 */

import type { Socket } from 'node:net';
import { Sink } from './sink.ts';
import { type Feeder, nowMs, type Outlet, Stage } from './stage.ts';
import type { Behaviour, CloseHow, Toxic } from './toxic.ts';

/** What a link needs to know from its connection. */
export interface LinkOwner {
  /** A fresh behaviour, with randomness of this connection and toxic. */
  behaviour(toxic: Toxic): Behaviour;
  close(how: CloseHow): void;
}

export class Link implements Feeder {
  readonly #source: Socket;
  readonly #sink: Sink;
  readonly #owner: LinkOwner;
  #stages: Stage[] = [];
  #first: Outlet;
  #ended = false;
  #stopped = false;

  constructor(source: Socket, destination: Socket, owner: LinkOwner) {
    this.#source = source;
    this.#sink = new Sink(destination);
    this.#first = this.#sink;
    this.#owner = owner;
    source.on('data', (data: Buffer) => this.#onData(data));
    source.on('end', () => this.end());
    this.#sink.feeder = this;
  }

  #onData(data: Buffer): void {
    if (this.#stopped) return;
    if (this.#stages.length === 0) this.#sink.write(data);
    else this.#first.push({ data, receivedMs: nowMs(), enteredMs: 0 });
    if (!this.#first.hasRoom) this.#source.pause();
  }

  /** Nothing more will be read: passes down the stages after all that is held. */
  end(): void {
    if (this.#ended || this.#stopped) return;
    this.#ended = true;
    this.#first.end();
  }

  roomAhead(): void {
    if (this.#source.isPaused() && this.#first.hasRoom) this.#source.resume();
  }

  /**
   * Makes the stages those of `toxics`, in that order. Stages that stay keep their state and what they hold; one that
   * goes flushes into what follows it, oldest bytes first, or closes the connection. Never waits for anything.
   */
  apply(toxics: readonly Toxic[]): void {
    if (this.#stopped) return;
    if (this.#stages.some((s) => !toxics.includes(s.toxic) && s.toxic.kind.onRemove === 'close')) {
      this.#owner.close('fin');
      return;
    }
    this.#release(toxics);
    const stages: Stage[] = [];
    for (const toxic of toxics) stages.push(this.#stageOf(toxic, stages));
    this.#stages = stages;
    this.#wire();
    // From the end, so that each finds room ahead of it.
    for (const stage of this.#stages.toReversed()) stage.pump();
    this.roomAhead();
  }

  /** The attributes of a toxic have changed. */
  update(toxic: Toxic): void {
    this.#stages.find((s) => s.toxic === toxic)?.update();
  }

  /** Nothing passes any more, timers are gone, what is held is dropped. */
  stop(): void {
    this.#stopped = true;
    for (const stage of this.#stages) stage.stop();
  }

  /** Takes out the stages not in `keep`, the last one first: what it holds is older than what is before it. */
  #release(keep: readonly Toxic[]): void {
    for (const stage of this.#stages.toReversed()) {
      if (keep.includes(stage.toxic)) continue;
      stage.flush();
      const before = this.#stages[this.#stages.indexOf(stage) - 1];
      if (before !== undefined) before.next = stage.next;
      this.#stages = this.#stages.filter((s) => s !== stage);
    }
  }

  #stageOf(toxic: Toxic, before: readonly Stage[]): Stage {
    const existing = this.#stages.find((s) => s.toxic === toxic);
    if (existing !== undefined) return existing;
    const stage = new Stage(toxic, this.#owner.behaviour(toxic), this.#sink, (how) =>
      this.#owner.close(how),
    );
    // The end of the stream is already past this place, so there is nothing left to do here (or to time out).
    if (this.#ended && before.every((s) => s.done)) stage.stop();
    return stage;
  }

  #wire(): void {
    const feeders: readonly Feeder[] = [this, ...this.#stages];
    const outlets: readonly Outlet[] = [...this.#stages, this.#sink];
    for (const [i, outlet] of outlets.entries()) outlet.feeder = feeders[i] ?? this;
    for (const [i, stage] of this.#stages.entries()) stage.next = outlets[i + 1] ?? this.#sink;
    this.#first = outlets[0] ?? this.#sink;
  }
}
