/** Which targets a fault can still do something to: nothing more can happen to a process that somebody else has taken. */

import type { ActiveFault, Harm } from '#src/schedule/harm';
import type { Node } from '#src/schedule/world';

const words = { down: 'taken down', paused: 'paused', cut: 'cut off' } as const;

export interface Standing {
  readonly able: readonly Node[];
  /** `n2 is taken down by kill (entry 3)`, one per target that is not able. */
  readonly reasons: readonly string[];
}

/** Targets that no other fault has put into one of these states are able. Those that have crashed by themselves are, too. */
export function standing(
  targets: readonly Node[],
  others: readonly ActiveFault[],
  states: readonly Exclude<Harm['kind'], 'cut'>[],
): Standing {
  const taken = new Map<Node, string>();
  for (const { index, kind, harms } of others) {
    for (const harm of harms) {
      if (harm.kind === 'cut' || !states.includes(harm.kind)) continue;
      taken.set(harm.node, `${harm.node} is ${words[harm.kind]} by ${kind} (entry ${index})`);
    }
  }
  return {
    able: targets.filter((node) => !taken.has(node)),
    reasons: targets.flatMap((node) => taken.get(node) ?? []),
  };
}

/** For the detail of a fault: nothing, or whom it passed over. */
export const passedOver = ({
  reasons,
}: Pick<Standing, 'reasons'>): { readonly passedOver?: readonly string[] } =>
  reasons.length === 0 ? {} : { passedOver: reasons };

/** Nothing, or whom it took effect on when it passed over others: only those count as hit. */
export const onlyHit = ({ able, reasons }: Standing): { readonly hit?: readonly Node[] } =>
  reasons.length === 0 ? {} : { hit: able };
