/** Bytes; tokens have at most a few thousand. */
const LONGEST_ANSWER = 256 * 1024;
/** Milliseconds for the whole request. */
const TIMEOUT = 15_000;

/** The token server does not answer, or with something that is no answer. The message is for people, without secrets. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

interface TokenRequest {
  readonly method: 'POST';
  readonly headers: Record<string, string>;
  readonly body: URLSearchParams;
}

/**
 * Asks a token server, within limits of time and size. Of the answer only status and JSON are passed on, and no id
 * token: who has signed in doesn't matter here. Throws NoAnswer.
 */
export async function askTokenServer(url: string, request: TokenRequest): Promise<Response> {
  const { status, text } = await post(url, request);
  if (status >= 500 || status === 429) throw new NoAnswer(`the token server answers with status ${status}`);
  const answer = jsonObject(text);
  if (answer === null)
    throw new NoAnswer(`the token server answers with status ${status} and no JSON object`);
  const passedOn = Object.entries(answer).filter(([key]) => key !== 'id_token');
  return new Response(JSON.stringify(Object.fromEntries(passedOn)), {
    status: status >= 200 && status < 300 ? 200 : Math.max(status, 400),
    headers: { 'content-type': 'application/json' },
  });
}

async function post(
  url: string,
  request: TokenRequest,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const { method, headers, body } = request;
    const signal = AbortSignal.timeout(TIMEOUT);
    // A redirect would carry the secrets to another place.
    const response = await fetch(url, { method, headers, body, redirect: 'manual', signal });
    return { status: response.status, text: await limitedText(response) };
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    throw new NoAnswer(`the token server at ${new URL(url).host} does not answer: ${reasonOf(error)}`);
  }
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > LONGEST_ANSWER) throw new NoAnswer('the token server’s answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** fetch says what happened in its cause; neither holds the request. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return error.name === 'TimeoutError' ? 'time-out' : error.message;
}
