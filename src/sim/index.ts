/**
 * The simulated world: virtual time, network, disks and clocks around the unchanged code of the nodes. One thread, one seed.
 *
 *     timeline   the one queue in which everything waits: messages, disks, ticks, clients, faults
 *     network    a link per ordered pair of nodes, streams or datagrams          (network.ts, link.ts)
 *     disk       written or durable; what crashes and damage leave                (disk.ts, wal.ts)
 *     node       the driver of a real node around a replica                       (node.ts)
 *     clients    the client library of real nodes over simulated lines            (clients.ts)
 *     world      what faults act on                                               (world.ts)
 *
 * A whole test is run by `simulate` (src/run/simulate.ts), which puts the interpreter, the workload and the schedule on top.
 */

export { SimCluster, type SimClusterOptions, type SimCounters } from './cluster.ts';
export { lineOf, type MessageLabel, type SimEvent, type Stamp, type Traced } from './events.ts';
export type { EndCause, NodeEnd } from './node.ts';
export { defaultSimOptions, type SimOptions, simOptionsSchema } from './options.ts';
export type { SimProgram } from './program.ts';
