import type { GoogleAuth } from 'google-auth-library';
import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { withoutSecrets } from '../api/api-client.js';
import { untilAborted } from '../api/until-aborted.js';
import { withinDeadline } from '../api/within-deadline.js';
import type { GoogleOptions } from './options.js';

/** All that is needed to read and write records; it says nothing about which. */
const SCOPE = 'https://www.googleapis.com/auth/ndev.clouddns.readwrite';

/** Where the library asks for a token, whatever the key file says. */
const LIBRARY_TOKEN_URL = 'https://oauth2.googleapis.com/token';

/** What its errors hold when they came over HTTP. */
const HttpFailure = z.object({ message: z.string(), config: z.unknown(), status: z.number().optional() });

/**
 * Access tokens from a key file or from wherever Google's own tools find credentials, kept until they expire. The
 * library is loaded with the first request, so that only those pay who use it.
 */
export class GoogleTokens {
  private auth: Promise<GoogleAuth> | null = null;
  private last: string | null = null;

  constructor(private readonly options: GoogleOptions) {}

  /** Headers of a request. Throws DnsProviderError, or an abort's reason. */
  async headers(signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    return this.within(signal, async (auth) => {
      const client = await auth.getClient();
      const headers: Readonly<Record<string, string>> = Object.fromEntries(await client.getRequestHeaders());
      this.last = headers['authorization']?.replace(/^Bearer /, '') ?? null;
      return headers;
    });
  }

  /** The token of the last request: no message may hold it. */
  given(): readonly string[] {
    return this.last === null ? [] : [this.last];
  }

  /** The project whose zones are meant. Throws as `headers` does; `unsupported` when nothing names one. */
  async project(signal: AbortSignal): Promise<string> {
    const named = this.options.project ?? this.options.serviceAccount?.project_id;
    if (named !== undefined) return named;
    const found = await this.within(signal, (auth) => auth.getProjectId());
    if (/^[a-z0-9][a-z0-9.:-]{0,100}$/.test(found)) return found;
    throw new DnsProviderError('no project is named', { kind: 'unsupported' });
  }

  /** The credentials are looked for anew: these were refused, or are hung. */
  forget(): void {
    this.auth = null;
  }

  private async within<T>(signal: AbortSignal, work: (auth: GoogleAuth) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const auth = (this.auth ??= loadAuth(this.options));
    try {
      return await withinDeadline(signal, this.options.timeoutMs, (deadline) =>
        untilAborted(auth.then(work), deadline),
      );
    } catch (error) {
      // The library keeps what failed, too, for all who come later.
      if (this.auth === auth) this.forget();
      signal.throwIfAborted();
      throw this.refused(error);
    }
  }

  /** Without its cause: the library's errors hold the signed request. */
  private refused(error: unknown): DnsProviderError {
    if (error instanceof Error && error.name === 'TimeoutError') return unreachable();
    const failure = HttpFailure.safeParse(error);
    const status = failure.data?.status;
    if (failure.success && (status === undefined || status === 429 || status >= 500)) return unreachable();
    const { client_email = '', private_key = '' } = this.options.serviceAccount ?? {};
    const words = error instanceof Error ? withoutSecrets(error.message, [private_key, client_email]) : '';
    // A signed request holds the time; a clock that is minutes off looks like a wrong key.
    const hint = /timeframe|\biat\b|\bexp\b/i.test(words) ? ' (is the clock of this machine right?)' : '';
    // A metadata server that is silent for a moment looks the same as none at all.
    const isLost = this.options.serviceAccount === undefined && !failure.success;
    return new DnsProviderError(
      `Google gave no access token: ${words}${hint}`,
      isLost ? SILENT : { kind: 'auth' },
    );
  }
}

const SILENT = { kind: 'transient', mayBeApplied: false } as const;

function unreachable(): DnsProviderError {
  return new DnsProviderError('Google gave no access token: it could not be reached', SILENT);
}

async function loadAuth({ serviceAccount, project, timeoutMs }: GoogleOptions): Promise<GoogleAuth> {
  const { GoogleAuth, gcpMetadata } = await import('google-auth-library');
  gcpMetadata.resetIsAvailableCache(); // that there was none may be over
  const projectId = project ?? serviceAccount?.project_id;
  const named = projectId === undefined ? {} : { projectId };
  if (serviceAccount === undefined) return new GoogleAuth({ scopes: [SCOPE], ...named });
  const { type, client_email, private_key, token_uri = LIBRARY_TOKEN_URL } = serviceAccount;
  return new GoogleAuth({
    scopes: [SCOPE],
    ...named,
    credentials: { type, client_email, private_key },
    clientOptions: {
      transporterOptions: {
        fetchImplementation: (address, init) =>
          fetch(addressOf(address) === LIBRARY_TOKEN_URL ? token_uri : address, {
            ...init,
            signal: AbortSignal.timeout(timeoutMs),
          }),
      },
    },
  });
}

function addressOf(address: Parameters<typeof fetch>[0]): string {
  if (typeof address === 'string') return address;
  return address instanceof URL ? address.href : address.url;
}
