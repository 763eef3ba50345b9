/** HTTP around the API: finds the route, reads the body, writes the reply or the error. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Call, type Reply, type Route, routes } from './api.ts';
import type { ProxyCollection } from './collection.ts';
import { ApiError, badRequestBody } from './errors.ts';
import { limits } from './limits.ts';

/** What requests act on. */
export interface Context {
  readonly proxies: ProxyCollection;
  readonly version: string;
  /** Runs a change when those before it are done. */
  readonly inTurn: (work: () => Promise<Reply>) => Promise<Reply>;
  readonly log: (line: string) => void;
}

/** Answers one request, whatever happens. */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const matches = routes.flatMap((route) => matchRoute(route, url));
  const match = matches.find(({ route }) => route.methods.includes(method));
  if (matches.length === 0) return plain(response, 404, '404 page not found\n');
  if (match === undefined) return plain(response, 405, '');
  response.setHeader('X-Toxiproxy-Request-Id', randomUUID());
  // A web page must not be able to use the API behind its visitor's back.
  if (request.headers['user-agent']?.startsWith('Mozilla/'))
    return plain(response, 403, 'User agent not allowed\n');
  try {
    const raw = await readBody(request);
    const call: Call = {
      ...match.names,
      proxies: context.proxies,
      version: context.version,
      body: () => parseJson(raw),
    };
    const work = async () => match.route.handle(call);
    const reply = method === 'GET' ? await work() : await context.inTurn(work);
    if (method !== 'GET') context.log(`${method} ${url} ${reply.status} ${oneLine(raw)}`);
    send(response, reply);
  } catch (error) {
    const { status, message } =
      error instanceof ApiError ? error : { status: 500, message: String(error) };
    context.log(`${method} ${url} ${status} ${message}`);
    // Text, not JSON, by its header: so does the real server, and clients may have come to rely on it.
    plain(response, status, `${JSON.stringify({ error: message, status })}\n`);
  }
}

const loggedChars = 300;
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, loggedChars);

function matchRoute(
  route: Route,
  url: string,
): { route: Route; names: { proxy: string; toxic: string } }[] {
  const wanted = route.path.split('/');
  const given = (url.split('?')[0] ?? '').split('/');
  if (wanted.length !== given.length) return [];
  const names = { proxy: '', toxic: '' };
  for (const [i, part] of wanted.entries()) {
    const text = decodePart(given[i] ?? '');
    if (part === ':proxy' && text !== '') names.proxy = text;
    else if (part === ':toxic' && text !== '') names.toxic = text;
    else if (part !== text) return [];
  }
  return [{ route, names }];
}

/** A part with a broken escape is no name that exists. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > limits.bodyBytes)
      throw new ApiError(413, `the body is larger than ${limits.bodyBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  if (text.trim() === '') throw badRequestBody('EOF');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequestBody(error instanceof Error ? error.message : String(error));
  }
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply.json === undefined) {
    response.writeHead(reply.status).end();
    return;
  }
  const text = `${JSON.stringify(reply.json)}\n`;
  const type = reply.contentType ?? 'application/json';
  response
    .writeHead(reply.status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) })
    .end(text);
}

function plain(response: ServerResponse, status: number, text: string): void {
  if (text !== '') {
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    response.setHeader('X-Content-Type-Options', 'nosniff');
  }
  response.writeHead(status, { 'Content-Length': Buffer.byteLength(text) }).end(text);
}
