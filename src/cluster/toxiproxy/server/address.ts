/** Where a proxy listens and where it connects to. */

import { ApiError, badRequestBody } from './errors.ts';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export const formatAddress = ({ host, port }: HostPort): string => `${host}:${port}`;

/**
 * An upstream, `host:port`; the host may be a name. Throws ApiError 400 when there is no usable port, as no connection
 * could ever be made.
 */
export function parseUpstream(text: string): HostPort {
  const { host, port } = split(text, 'upstream');
  if (host === '' || port === 0)
    throw badRequestBody(`upstream is "${text}"; it must be host:port with a port from 1 to 65535`);
  return { host, port };
}

/** A listen address; empty means any free port. Throws ApiError 400 for anything but loopback. */
export function parseListen(text: string): HostPort {
  if (text === '') return { host: '127.0.0.1', port: 0 };
  const { host, port } = split(text, 'listen');
  if (host !== '' && host !== 'localhost' && host !== '127.0.0.1') {
    throw new ApiError(
      400,
      `cannot listen on "${text}": this server listens on loopback only; use 127.0.0.1:PORT or localhost:PORT (port 0: any free one)`,
    );
  }
  return { host: '127.0.0.1', port };
}

function split(text: string, field: string): HostPort {
  const colon = text.lastIndexOf(':');
  const port = text.slice(colon + 1);
  if (colon === -1 || !/^\d{1,5}$/.test(port) || Number(port) > 65535)
    throw badRequestBody(`${field} is "${text}"; it must be host:port with a port from 0 to 65535`);
  return { host: text.slice(0, colon), port: Number(port) };
}
