import type { Role } from '../../src/config/access-token.js';
import { ApiDescription } from './api-description.js';

export interface Call {
  /** Null: without a token. */
  readonly as?: Role | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly type: string;
  readonly text: string;
  readonly json: Record<string, unknown> | null;
}

/** Calls the API over the fake world; each answer must be as the API's own description has it. */
export async function apiCaller(
  url: string,
): Promise<(method: string, path: string, call?: Call) => Promise<Answered>> {
  const description = await ApiDescription.of(url);
  return async (method, path, { as = 'admin', body, headers = {} } = {}) => {
    const authorization: Record<string, string> =
      as === null ? {} : { authorization: `Bearer ${as}-test-token` };
    const payload = body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...authorization, ...headers },
      ...(body === undefined ? {} : { body: payload as string }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    const json = (type.includes('json') ? JSON.parse(text) : null) as Record<string, unknown> | null;
    description.mustDescribe(method, path, { status: response.status, type, json });
    return { status: response.status, headers: response.headers, type, text, json };
  };
}
