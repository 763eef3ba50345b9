/**
 * Faults within a node's own process: its clock, its disk, its power. What is wanted of a node is kept here; it is told at once when it
 * listens, at its resumption when it is paused, and in its configuration when it starts.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { type ClockLine, trueLine } from '../node/clock.ts';
import type { DiskTrouble, FaultsSeen, NodeFaults, Unsynced } from '../node/fault-hooks.ts';
import { limits } from './limits.ts';
import type { NodePlan } from './plan.ts';
import { eventually } from './proc.ts';

/** What a program offers that can have its clock, disk and power interfered with. Each rejects when there is no answer in time. */
export interface FaultHooks {
  /** Sets the state, or only reads it; what the node then says of itself. */
  faults(plan: NodePlan, set: NodeFaults | undefined, timeoutMs: number): Promise<FaultsSeen>;
  /** The node stops doing anything, and says what of its log is not synced. */
  powerOff(plan: NodePlan, timeoutMs: number): Promise<Unsynced>;
  /** Path of the log. */
  logFile(plan: NodePlan): string;
}

/** Whether the node can be asked now. */
export interface Listener {
  /** Runs and is not stopped. */
  readonly isAnswering: boolean;
}

export class InnerFaults {
  readonly #plan: NodePlan;
  readonly #hooks: FaultHooks;
  readonly #listener: () => Listener;
  #clock: ClockLine = trueLine;
  #troubles: readonly DiskTrouble[] = [];
  /** Troubles that happen once and did: a node that starts again must not meet them again. */
  readonly #spent = new Set<string>();

  constructor(plan: NodePlan, hooks: FaultHooks, listener: () => Listener) {
    this.#plan = plan;
    this.#hooks = hooks;
    this.#listener = listener;
  }

  get clock(): ClockLine {
    return this.#clock;
  }

  /** What a node that starts now is told. */
  get wanted(): NodeFaults {
    const troubles = this.#troubles.filter(({ id }) => !this.#spent.has(id));
    return { clock: this.#clock, troubles };
  }

  /** Whether a call to its disk may fail because of a fault. */
  get isFailing(): boolean {
    return this.wanted.troubles.some(({ kind }) => kind === 'error');
  }

  setClock(line: ClockLine): Promise<FaultsSeen | undefined> {
    this.#clock = line;
    return this.deliver();
  }

  setTroubles(troubles: readonly DiskTrouble[]): Promise<FaultsSeen | undefined> {
    this.#troubles = troubles;
    return this.deliver();
  }

  /** An injected error has ended the node, so those that happen once have happened. */
  ended(): void {
    for (const trouble of this.#troubles) {
      if (trouble.kind === 'error' && trouble.once) this.#spent.add(trouble.id);
    }
  }

  /** Tells the node; undefined when it is down or paused, and will be told later. Rejects when it runs and does not answer. */
  async deliver(): Promise<FaultsSeen | undefined> {
    return this.#ask((timeoutMs) => this.#hooks.faults(this.#plan, this.wanted, timeoutMs));
  }

  /** Only reads. */
  read(): Promise<FaultsSeen | undefined> {
    return this.#ask((timeoutMs) => this.#hooks.faults(this.#plan, undefined, timeoutMs));
  }

  /** undefined when the node ended before it answered. */
  powerOff(): Promise<Unsynced | undefined> {
    return this.#ask((timeoutMs) => this.#hooks.powerOff(this.#plan, timeoutMs));
  }

  /** Again until it answers (it may be starting), or does not run any more. */
  async #ask<T>(question: (timeoutMs: number) => Promise<T>): Promise<T | undefined> {
    const deadlineMs = performance.now() + limits.innerAnswer;
    while (this.#listener().isAnswering) {
      const leftMs = deadlineMs - performance.now();
      try {
        return await question(Math.max(1, leftMs));
      } catch (error) {
        if (leftMs > limits.readyPoll) {
          await delay(limits.readyPoll);
        } else if (await eventually(() => !this.#listener().isAnswering, limits.readyPoll)) {
          return undefined;
        } else {
          throw error;
        }
      }
    }
    return undefined;
  }
}
