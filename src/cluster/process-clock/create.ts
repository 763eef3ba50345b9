/** Which way the clock of a node is set whose program knows nothing of it. */

import { join } from 'node:path';
import type { Node } from '../../schedule/world.ts';
import { FaketimeClock } from './faketime-clock.ts';
import type { Holdable } from './group.ts';
import type { OuterClock } from './outer-clock.ts';
import { ProcessClock } from './process-clock.ts';
import type { Support } from './support.ts';

/** `folder`: of the node, for what has to be in a file. undefined when its clock cannot be set. */
export function outerClock(
  support: Support | undefined,
  node: Node,
  folder: string,
  process: () => Holdable,
): OuterClock | undefined {
  // It is there when it is first asked for.
  const group: Holdable = {
    get pid() {
      return process().pid;
    },
    holdStill: (action) => process().holdStill(action),
  };
  switch (support?.kind) {
    case 'vdso':
      return new ProcessClock(node, group);
    case 'faketime':
      return new FaketimeClock(node, group, {
        library: support.library,
        file: join(folder, 'clock'),
      });
    case 'none':
    case undefined:
      return undefined;
  }
}
