import { z } from 'zod';
import { SharedWork } from './shared-work.js';

/** Seconds that a token lives when the server doesn't say so. */
const USUAL_LIFE = 300;
/** Milliseconds before its end at which a token is no longer used. */
const SPARE = 120_000;

/** What a token server answers (RFC 6749 5.1); some give their seconds as a text. */
export const TokenAnswer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,16384}$/),
  token_type: z
    .string()
    .regex(/^bearer$/i)
    .optional(),
  expires_in: z.coerce.number().min(0).default(USUAL_LIFE),
});
export type TokenAnswer = z.infer<typeof TokenAnswer>;

/** Access tokens of one credential, kept until shortly before they expire; all callers share one request. */
export class AccessTokens {
  private token: { readonly text: string; readonly until: number } | null = null;
  private last: string | null = null;
  private readonly requests = new SharedWork<string>();

  /** `ask` gets another one; it takes no signal, as several may wait for it. */
  constructor(private readonly ask: () => Promise<TokenAnswer>) {}

  /** Headers of a request. Throws what `ask` throws, or an abort's reason. */
  async headers(signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    signal.throwIfAborted();
    const isGood = this.token !== null && this.token.until > Date.now();
    const text = isGood ? this.token?.text : await this.requests.result(() => this.request(), signal);
    return { Authorization: `Bearer ${text}` };
  }

  /** The next request gets another one: this was refused. */
  forget(): void {
    this.token = null;
  }

  /** The token that was given last, even if it is forgotten: no message may hold it. */
  given(): readonly string[] {
    return this.last === null ? [] : [this.last];
  }

  private async request(): Promise<string> {
    const { access_token: text, expires_in: seconds } = await this.ask();
    const life = seconds * 1000;
    this.last = text;
    this.token = { text, until: Date.now() + Math.max(life - SPARE, life / 2) };
    return text;
  }
}
