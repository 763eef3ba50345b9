/** Kills and pauses on behalf of owners: a process is what the strongest claim on it asks for, and comes back when there is none. */

import type { Node, World } from '../schedule/world.ts';
import { Claims } from './claims.ts';
import { all, serial } from './serial.ts';
import { unavailable } from './unavailable.ts';

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

/** A killed node that is also paused by somebody else is started, then stopped, when the killer lets go. */
export function ownedProcesses(controls: ReadonlyMap<Node, ProcessControl>): World['processes'] {
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
        return control.pause();
      }
      await control.resume();
      await control.ensureUp();
    });
  const claim = (owner: string, node: Node, want: 'kill' | 'pause') => {
    claims.add(owner, node, want);
    return settle(node);
  };
  const pidOf = (node: Node) => controls.get(node)?.pid;
  return {
    async kill(owner, node, unsynced = 'kept') {
      if (unsynced !== 'kept') return unavailable('a loss of power')();
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
