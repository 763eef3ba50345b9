/**
 * The load generator, a process of its own: an echo server, a sink server, and clients that measure round trips or
 * throughput through whatever port they are told. Reads jobs from stdin, writes what it measured to stdout.
 */

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Job, Measured } from './wire.ts';

const messageBytes = 200;
const writeBytes = 64 * 1024;
const warmUpShare = 0.2;

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

let received = 0;
const echoPort = await listen((socket) => socket.on('data', (data) => void socket.write(data)));
const sinkPort = await listen((socket) =>
  socket.on('data', (data: Buffer) => {
    received += data.length;
  }),
);

async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  socket.on('error', () => {});
  return socket;
}

const now = (): number => performance.now();

async function ping(job: Job): Promise<Measured> {
  const message = Buffer.alloc(messageBytes, 1);
  const times: number[] = [];
  const beganMs = now();
  const countFromMs = beganMs + job.durationMs * warmUpShare;
  const endMs = beganMs + job.durationMs;
  const sockets = await Promise.all(Array.from({ length: job.connections }, () => dial(job.port)));
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          let sentMs = now();
          let pending = messageBytes;
          socket.on('data', (data: Buffer) => {
            pending -= data.length;
            if (pending > 0) return;
            const atMs = now();
            if (atMs >= countFromMs) times.push(atMs - sentMs);
            if (atMs >= endMs) return resolve();
            pending = messageBytes;
            sentMs = atMs;
            socket.write(message);
          });
          socket.write(message);
        }),
    ),
  );
  const seconds = (now() - countFromMs) / 1000;
  for (const socket of sockets) socket.destroy();
  const sorted = Float64Array.from(times).sort();
  const at = (q: number) => (sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN) * 1000;
  return { kind: 'ping', perSecond: sorted.length / seconds, p50Us: at(0.5), p99Us: at(0.99) };
}

async function bulk(job: Job): Promise<Measured> {
  const data = Buffer.alloc(writeBytes, 1);
  const sockets = await Promise.all(Array.from({ length: job.connections }, () => dial(job.port)));
  for (const socket of sockets) {
    const fill = () => {
      while (!socket.destroyed && socket.write(data));
    };
    socket.on('drain', fill);
    fill();
  }
  await new Promise((resolve) => setTimeout(resolve, job.durationMs * warmUpShare));
  const from = { bytes: received, ms: now() };
  await new Promise((resolve) => setTimeout(resolve, job.durationMs * (1 - warmUpShare)));
  const seconds = (now() - from.ms) / 1000;
  const mbPerSecond = (received - from.bytes) / 1e6 / seconds;
  for (const socket of sockets) socket.destroy();
  return { kind: 'bulk', mbPerSecond };
}

const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

say({ echoPort, sinkPort });
for await (const line of createInterface(process.stdin)) {
  const job = JSON.parse(line) as Job;
  say(job.kind === 'ping' ? await ping(job) : await bulk(job));
}
process.exit(0);
