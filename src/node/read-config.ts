/** Reads and checks a node's configuration file. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { BadInput } from '../errors.ts';
import type { NodeConfig } from './config.ts';
import { nodeFaults } from './fault-hooks.ts';

const address = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(0).max(65_535),
});
const positive = z.int().positive();

const schema = z
  .strictObject({
    algorithm: z.enum(['raft', 'paxos', 'single-decree']),
    self: z.string().min(1),
    members: z.array(z.string().min(1)).min(1),
    peerListen: address,
    peers: z.record(z.string(), address),
    clientListen: address,
    dataDir: z.string().min(1),
    traceFile: z.string().min(1).exactOptional(),
    timing: z.strictObject({
      heartbeatMs: z.number().positive(),
      electionTimeoutMs: z.number().positive(),
    }),
    limits: z.strictObject({
      maxBatchEntries: positive,
      maxInflight: positive,
      maxUncommitted: positive,
      maxPendingReads: positive,
      maxSessions: positive.exactOptional(),
    }),
    seed: z.int(),
    faults: nodeFaults.exactOptional(),
    options: z.record(z.string(), z.unknown()),
  })
  .superRefine((config, context) => {
    const problem = (path: readonly string[], message: string): void =>
      context.addIssue({ code: 'custom', path: [...path], message });
    const { self, members, peers, timing } = config;
    if (new Set(members).size !== members.length) problem(['members'], 'a member is there twice');
    if (!members.includes(self)) problem(['self'], `"${self}" has to be one of the members`);
    for (const member of members) {
      const known = Object.hasOwn(peers, member);
      if (member === self && known) problem(['peers', self], 'a node has no link to itself');
      if (member !== self && !known) problem(['peers', member], 'the address is missing');
    }
    for (const peer of Object.keys(peers)) {
      if (!members.includes(peer)) problem(['peers', peer], 'it is not a member');
    }
    if (timing.electionTimeoutMs <= timing.heartbeatMs) {
      problem(['timing', 'electionTimeoutMs'], 'it has to be longer than heartbeatMs');
    }
  });

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new BadInput(`cannot read the configuration ${path}: ${String(error)}`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadInput(`the configuration ${path} is not JSON: ${String(error)}`, { cause: error });
  }
}

/** Throws BadInput that names the file and every field that is wrong. */
export function readConfig(path: string): NodeConfig {
  const parsed = schema.safeParse(readJson(path));
  if (parsed.success) return parsed.data;
  throw new BadInput(`the configuration ${path} is wrong:\n${z.prettifyError(parsed.error)}`);
}
