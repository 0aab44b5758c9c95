export interface JsonPost {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs: number;
}

function faultText(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'TimeoutError') return 'timed out';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'failed';
}

/** Scheme, host and port only: paths and queries of webhook URLs are secrets. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'an invalid URL';
}

/** The status, or what went wrong in a word: undici puts the whole URL into some of its errors, so none leaves here. */
async function exchange({ url, body, headers, timeoutMs }: JsonPost): Promise<number | string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'user-agent': 'dmarc-ratchet', ...headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    return faultText(error);
  }
}

/**
 * POSTs JSON and expects a 2xx. Follows no redirect, so that nobody is sent to a place that was not configured.
 * Throws an Error whose text holds nothing of the URL but its origin.
 */
export async function postJson(post: JsonPost): Promise<void> {
  const outcome = await exchange(post);
  const origin = originOf(post.url);
  if (typeof outcome === 'string') throw new Error(`POST to ${origin} ${outcome}`);
  if (outcome < 200 || outcome > 299) throw new Error(`POST to ${origin} answered ${outcome}`);
}
