import { z } from 'zod';
import { pathText } from '../config/problems.js';
import { CommandError, harmless } from './terminal.js';

const Problem = z.object({ title: z.string(), detail: z.string().catch('') });

export interface ServiceAddress {
  readonly url: string;
  readonly token: string;
}

export interface ServiceRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  /** Bytes go as they are, all else as JSON. */
  readonly body?: unknown;
}

function encode(body: unknown): { readonly body?: string | Uint8Array<ArrayBuffer> } {
  if (body === undefined) return {};
  return { body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body) };
}

/** The address of a service without a slash at its end. Throws a CommandError that shows the right form. */
export function serviceUrl(given: string): string {
  const url = given.trim().replace(/\/+$/, '');
  const isHttp = /^https?:\/\//i.test(url);
  if (isHttp && URL.canParse(url)) return url;
  const withScheme = `http://${url}`;
  const example = !url.includes('//') && URL.canParse(withScheme) ? withScheme : 'http://127.0.0.1:3000';
  const fault = isHttp ? 'is no address' : 'lacks http:// or https://';
  throw new CommandError(`--url ${harmless(given)} ${fault}; write it as in --url ${example}`);
}

function complaint(text: string, status: number): string {
  const said = saidIn(text) ?? `the service answered ${status}`;
  return status === 401 ? `${said.replace(/\.$/, '')}; give another with --token, or set API_TOKEN` : said;
}

/** What the service says is wrong; null: it doesn't say so as ours does. */
function saidIn(text: string): string | null {
  const problem = Problem.safeParse(jsonOf(text));
  if (!problem.success) return null;
  const { title, detail } = problem.data;
  return harmless(detail === '' ? title : `${title}: ${detail}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What `fetch` keeps to itself, in words: who can't be reached, or is not believed. */
function whyNot(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ECONNREFUSED') return '; start one with: dmarc-ratchet serve';
  const said = cause instanceof Error && cause.message !== '' ? cause.message : String(error);
  const hint = said.includes('redirect')
    ? '; give the address that it leads to, such as one with https://'
    : '';
  return `: ${harmless(said)}${hint}`;
}

/**
 * Asks a running service; answers its JSON as `schema` reads it. Throws a CommandError with what the service said, or
 * that what answers is no service of this version.
 */
export async function askService<T>(
  { url, token }: ServiceAddress,
  { method, path, body }: ServiceRequest,
  schema: z.ZodType<T>,
): Promise<T> {
  const contentType = body instanceof Uint8Array ? 'application/octet-stream' : 'application/json';
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
      ...encode(body),
      redirect: 'error',
      signal: AbortSignal.timeout(60_000),
    });
    text = await response.text();
  } catch (error) {
    throw new CommandError(`no service answers at ${url}${whyNot(error)}`, 2, { cause: error });
  }
  // Whoever may not ask may ask nothing: there is no point in going on.
  const mayAsk = response.status !== 401 && response.status !== 403;
  if (!response.ok) throw new CommandError(complaint(text, response.status), mayAsk ? 1 : 2);
  const answer = schema.safeParse(jsonOf(text));
  if (answer.success) return answer.data;
  const [issue] = answer.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` (at ${pathText(issue.path)})`;
  throw new CommandError(
    `what answers at ${url} is no dmarc-ratchet, or one of another version: its answer to ${method} ${path} is not as expected${where}`,
    2,
    { cause: answer.error },
  );
}
