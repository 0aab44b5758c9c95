import { z } from 'zod';
import { CommandError, harmless } from './terminal.js';

const Problem = z.object({ title: z.string(), detail: z.string().catch('') });

export interface ServiceAddress {
  readonly url: string;
  readonly token: string;
}

export interface ServiceRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Bytes go as they are, all else as JSON. */
  readonly body?: unknown;
}

function encode(body: unknown): { readonly body?: string | Uint8Array<ArrayBuffer> } {
  if (body === undefined) return {};
  return { body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body) };
}

function complaint(text: string, status: number): string {
  try {
    const { title, detail } = Problem.parse(JSON.parse(text));
    return harmless(detail === '' ? title : `${title}: ${detail}`);
  } catch {
    return `the service answered ${status}`;
  }
}

/** Asks a running service; answers its JSON as `schema` reads it. Throws a CommandError with what the service said. */
export async function askService<T>(
  { url, token }: ServiceAddress,
  { method, path, body }: ServiceRequest,
  schema: z.ZodType<T>,
): Promise<T> {
  const contentType = body instanceof Uint8Array ? 'application/octet-stream' : 'application/json';
  let response: Response;
  try {
    response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
      ...encode(body),
      redirect: 'error',
      signal: AbortSignal.timeout(60_000),
    });
  } catch (error) {
    throw new CommandError(`no service answers at ${url}; start one with: dmarc-ratchet serve`, 2, {
      cause: error,
    });
  }
  const text = await response.text();
  if (!response.ok) throw new CommandError(complaint(text, response.status), 1);
  return schema.parse(JSON.parse(text));
}
