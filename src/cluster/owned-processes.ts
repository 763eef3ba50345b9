/** Kills and pauses on behalf of owners: a process is what the strongest claim on it asks for, and comes back when there is none. */

import { type Node, Unavailable, type Unsynced, type World } from '../schedule/world.ts';
import { Claims } from './claims.ts';
import { all, serial } from './serial.ts';

/** One process that can be acted on. Every method is idempotent and resolves when its effect was seen. */
export interface ProcessControl {
  /** undefined while there is no process. */
  readonly pid: number | undefined;
  /** SIGKILL. Also takes note for a process that ended by itself: from now on it is down because it was killed. */
  kill(): Promise<void>;
  /** SIGSTOP. Rejects when there is no process to stop. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): Promise<void>;
  /** Starts it when it was killed, and waits until it is ready. Rejects when it ended by itself or is not ready in time. */
  ensureUp(): Promise<void>;
}

/**
 * Stops the node in an instant, the process still being there, and resolves with what is to be done to its files once the process is gone:
 * what it resolves with is for the history.
 */
export type PowerOff = (
  node: Node,
  unsynced: Exclude<Unsynced, 'kept'>,
) => Promise<() => Promise<string>>;

/**
 * A killed node that is also paused by somebody else is started, then stopped, when the killer lets go. `powerOff`: or why there is none.
 */
export function ownedProcesses(
  controls: ReadonlyMap<Node, ProcessControl>,
  powerOff: PowerOff | string = 'a loss of power cannot be had for these processes',
): World['processes'] {
  const claims = new Claims<'kill' | 'pause'>();
  const oneByOne = serial();
  const settle = (node: Node) =>
    oneByOne(node, async () => {
      const control = controls.get(node);
      if (control === undefined) throw new RangeError(`no such node: ${node}`);
      const wants = claims.on(node);
      if (wants.includes('kill')) return control.kill();
      if (wants.includes('pause')) {
        await control.ensureUp();
        // A fault may have made it end: then there is nothing to stop.
        return control.pid === undefined ? undefined : control.pause();
      }
      await control.resume();
      await control.ensureUp();
    });
  const claim = (owner: string, node: Node, want: 'kill' | 'pause') => {
    claims.add(owner, node, want);
    return settle(node);
  };
  const pidOf = (node: Node) => controls.get(node)?.pid;
  const lose = async (owner: string, node: Node, unsynced: Exclude<Unsynced, 'kept'>) => {
    const control = controls.get(node);
    if (control === undefined) throw new RangeError(`no such node: ${node}`);
    if (typeof powerOff === 'string') throw new Unavailable(powerOff);
    claims.add(owner, node, 'kill');
    return oneByOne(node, () => cutPower(control, () => powerOff(node, unsynced)));
  };
  return {
    async kill(owner, node, unsynced = 'kept') {
      if (unsynced !== 'kept') return lose(owner, node, unsynced);
      const pid = pidOf(node);
      await claim(owner, node, 'kill');
      return pid === undefined ? 'was not running' : `pid ${pid} is gone`;
    },
    async pause(owner, node) {
      await claim(owner, node, 'pause');
      const pid = pidOf(node);
      return pid === undefined ? 'is down' : `pid ${pid} is stopped`;
    },
    async release(owner) {
      await all(
        claims.withdraw(owner).map(async (node) => {
          await settle(node);
          claims.finish(owner, node);
        }),
      );
    },
  };
}

async function cutPower(
  control: ProcessControl,
  powerOff: () => ReturnType<PowerOff>,
): Promise<string> {
  const { pid } = control;
  try {
    if (pid === undefined) return 'was not running';
    // It has to answer once more; from its answer on it does nothing.
    await control.resume();
    const strike = await powerOff();
    await control.kill();
    return `pid ${pid} is gone; ${await strike()}`;
  } finally {
    // Also when it did not answer: it may have heard, and then it does nothing for ever.
    await control.kill();
  }
}
