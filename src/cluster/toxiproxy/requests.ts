/** One request to a Toxiproxy server, with a deadline and errors that say what the server said. */

import { HarnessFailure } from '../../errors.ts';

/** The server answered with an error. The message holds the server's own. */
export class ToxiproxyRefusal extends HarnessFailure {
  /** The HTTP status. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Answer {
  readonly text: string;
  /** The body, believed to be a T; decode it. Throws HarnessFailure when it is not JSON. */
  json<T>(): T;
}

/** Throws ToxiproxyRefusal when the status is not 2xx, HarnessFailure when there is no answer within `timeoutMs`. */
export async function request(
  method: string,
  url: string,
  timeoutMs: number,
  body?: unknown,
): Promise<Answer> {
  const { response, text } = await exchange(method, url, timeoutMs, body);
  if (!response.ok) {
    const why = messageIn(text) ?? (text.trim() || response.statusText);
    throw new ToxiproxyRefusal(
      response.status,
      `Toxiproxy refused ${method} ${url}: ${why} (status ${response.status})`,
    );
  }
  return {
    text,
    json: <T>() => (text === '' ? undefined : parse(text, `${method} ${url}`)) as T,
  };
}

async function exchange(method: string, url: string, timeoutMs: number, body: unknown) {
  try {
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      }),
    });
    return { response, text: await response.text() };
  } catch (error) {
    const why =
      error instanceof Error && error.name === 'TimeoutError'
        ? `no answer within ${timeoutMs} ms; removing a toxic can hang in the real server while a peer does not read`
        : causeOf(error);
    throw new HarnessFailure(`Toxiproxy did not answer ${method} ${url}: ${why}`, { cause: error });
  }
}

/** `fetch failed` says nothing; its cause does. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message;
}

function messageIn(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || !('error' in parsed)) return undefined;
    return typeof parsed.error === 'string' ? parsed.error : undefined;
  } catch {
    return undefined;
  }
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HarnessFailure(
      `The answer to ${what} is not JSON, so this is no Toxiproxy: ${text.slice(0, 100)}`,
    );
  }
}
