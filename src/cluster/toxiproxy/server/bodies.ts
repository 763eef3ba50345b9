/** Requests and responses: decoding what clients send, and what they get to see. */

import { formatAddress, parseListen, parseUpstream } from './address.ts';
import type { ProxyChange, ProxySpec } from './collection.ts';
import { badRequestBody, invalidStream, invalidToxicType, missingField } from './errors.ts';
import type { ToxicProxy } from './proxy.ts';
import type { Stream, Toxic, ToxicKind } from './toxic.ts';
import { toxicKinds } from './toxics/index.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Throws ApiError 400. */
export function decodeProxy(body: unknown, where = ''): ProxySpec {
  const fields = objectOf(body, `the proxy${where}`);
  const name = text(fields, 'name') ?? '';
  const upstream = text(fields, 'upstream') ?? '';
  if (name === '') throw missingField(`name${where}`);
  if (upstream === '') throw missingField(`upstream${where}`);
  return {
    name,
    listen: parseListen(text(fields, 'listen') ?? ''),
    upstream: parseUpstream(upstream),
    enabled: flag(fields, 'enabled') ?? true,
  };
}

/** A plain list, or `{"proxies": [...]}`. Throws ApiError 400 before anything is done. */
export function decodePopulate(body: unknown): readonly ProxySpec[] {
  const list = Array.isArray(body) ? body : objectOf(body, 'populate')['proxies'];
  if (!Array.isArray(list)) throw badRequestBody('populate takes an array of proxies');
  return list.map((entry, i) => decodeProxy(entry, ` at proxy ${i + 1}`));
}

/** Throws ApiError 400. */
export function decodeProxyChange(body: unknown): ProxyChange {
  const fields = objectOf(body, 'the proxy');
  const listen = text(fields, 'listen');
  const upstream = text(fields, 'upstream');
  const enabled = flag(fields, 'enabled');
  return {
    ...(listen !== undefined && { listen: parseListen(listen) }),
    ...(upstream !== undefined && { upstream: parseUpstream(upstream) }),
    ...(enabled !== undefined && { enabled }),
  };
}

/** Throws ApiError 400. */
export function decodeToxic(body: unknown): Toxic {
  const fields = objectOf(body, 'the toxic');
  const stream = decodeStream(text(fields, 'stream') ?? 'downstream');
  const type = text(fields, 'type') ?? '';
  const kind = toxicKinds.get(type);
  if (kind === undefined) throw invalidToxicType();
  const name = text(fields, 'name') ?? '';
  return {
    name: name === '' ? `${type}_${stream}` : name,
    kind,
    stream,
    toxicity: decodeToxicity(fields) ?? 1,
    attributes: {
      ...Object.fromEntries(kind.attributes.map((attribute) => [attribute, 0])),
      ...decodeAttributes(kind, fields),
    },
  };
}

/** The attributes and the toxicity that are given; nothing else of a toxic can change. Throws ApiError 400. */
export function decodeToxicChange(
  kind: ToxicKind,
  body: unknown,
): { readonly attributes: Record<string, number>; readonly toxicity?: number } {
  const fields = objectOf(body, 'the toxic');
  const toxicity = decodeToxicity(fields);
  return {
    attributes: decodeAttributes(kind, fields),
    ...(toxicity !== undefined && { toxicity }),
  };
}

export const proxyBody = (proxy: ToxicProxy) => ({
  name: proxy.name,
  listen: formatAddress(proxy.listen),
  upstream: formatAddress(proxy.upstream),
  enabled: proxy.enabled,
  toxics: proxy.toxics.map(toxicBody),
});

export const toxicBody = (toxic: Toxic) => ({
  attributes: toxic.attributes,
  name: toxic.name,
  type: toxic.kind.type,
  stream: toxic.stream,
  toxicity: toxic.toxicity,
});

function decodeStream(given: string): Stream {
  const stream = given.toLowerCase();
  if (stream === 'upstream' || stream === 'downstream') return stream;
  throw invalidStream();
}

function decodeToxicity(fields: Fields): number | undefined {
  const toxicity = fields['toxicity'] ?? undefined;
  if (toxicity === undefined) return undefined;
  if (typeof toxicity !== 'number' || toxicity < 0 || toxicity > 1)
    throw badRequestBody(`toxicity is ${show(toxicity)}; it must be a number from 0 to 1`);
  return toxicity;
}

/** Attributes of other kinds are ignored, as the real server does. */
function decodeAttributes(kind: ToxicKind, fields: Fields): Record<string, number> {
  const given = fields['attributes'] ?? {};
  const attributes = objectOf(given, 'attributes');
  const decoded: Record<string, number> = {};
  for (const name of kind.attributes) {
    const value = attributes[name] ?? undefined;
    if (value === undefined) continue;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw badRequestBody(`attribute ${name} is ${show(value)}; it must be an integer from 0 on`);
    decoded[name] = value;
  }
  return decoded;
}

function objectOf(body: unknown, what: string): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequestBody(`${what} must be a JSON object, not ${show(body)}`);
  return body as Fields;
}

function text(fields: Fields, name: string): string | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw badRequestBody(`${name} is ${show(value)}; it must be a string`);
}

function flag(fields: Fields, name: string): boolean | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined || typeof value === 'boolean') return value;
  throw badRequestBody(`${name} is ${show(value)}; it must be true or false`);
}

const show = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80);
