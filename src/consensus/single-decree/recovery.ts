/** An acceptor from what its disk holds. */

import { broken } from '../invariant.ts';
import { Acceptor } from './acceptor.ts';
import type { SingleDecreeRecord } from './messages.ts';

/** Replays records in the order written. Throws BrokenInvariant when they are not a single-decree node's. */
export function recover<V>(records: readonly unknown[]): Acceptor<V> {
  const acceptor = new Acceptor<V>();
  for (const record of records as readonly SingleDecreeRecord<V>[]) {
    switch (record.kind) {
      case 'promise':
        acceptor.promise(record.ballot);
        break;
      case 'accept':
        acceptor.accept(record.ballot, record.value);
        break;
      default:
        broken(`not a record of a single-decree node: ${JSON.stringify(record)}`);
    }
  }
  return acceptor;
}
