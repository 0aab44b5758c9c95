import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { AccessTokens } from '../api/access-tokens.js';
import { ApiClient } from '../api/api-client.js';
import type { ApiComplaint } from '../api/api-client.js';
import { tokenByClientCredentials } from '../api/client-credentials.js';
import { Pace } from '../api/pace.js';
import { credentialsOf, OVH_ENDPOINTS } from './options.js';
import type { OvhOptions } from './options.js';
import { OvhSigner } from './ovh-signature.js';

/**
 * No limit is published; its developers take 60 a minute for fair (github.com/ovh/python-ovh, issue 81). A change reads
 * three times (a list and a record), writes and refreshes.
 */
const RATE = { burst: 20, perSecond: 0.6, aChange: 8 } as const;

const Names = z.array(z.string());
const ZoneEntry = z.object({ nameServers: z.array(z.string()) });
const Ids = z.array(z.int().positive());

const RecordEntry = z.object({
  id: z.int().positive(),
  fieldType: z.string(),
  subDomain: z.string().nullish(),
  target: z.string(),
  /** Seconds; 0: the zone's. */
  ttl: z.int().nonnegative().nullish(),
});
export type OvhRecord = z.infer<typeof RecordEntry>;

const Complaint = z.object({ message: z.string(), errorCode: z.string().optional() });

/** Codes of a credential that is wrong; their status is 403 or 400. */
const AUTH_CODES: readonly (string | undefined)[] = [
  'INVALID_CREDENTIAL',
  'NOT_CREDENTIAL',
  'INVALID_KEY',
  'INVALID_SIGNATURE',
  'QUERY_TIME_OUT',
];

/** How requests are allowed, by keys or by tokens. */
interface Access {
  readonly headers: ConstructorParameters<typeof ApiClient>[0]['headers'];
  readonly secrets: readonly string[];
  readonly tokens: () => readonly string[];
  /** What is remembered of the server may be out of date. */
  readonly forget: () => void;
}

/** The few requests of OVH's API for zones. All methods throw DnsProviderError, or an abort's reason. */
export class OvhClient {
  readonly pace = new Pace(RATE);
  private readonly api: ApiClient;

  constructor(options: OvhOptions) {
    const { timeoutMs, url = OVH_ENDPOINTS[options.endpoint].url } = options;
    const access = accessOf(options, url);
    this.api = new ApiClient({
      url,
      timeoutMs,
      secrets: access.secrets,
      tokens: access.tokens,
      headers: access.headers,
      pace: this.pace,
      explain: (status, json) => {
        const complaint = explain(json);
        if (status === 401 || complaint.kind === 'auth') access.forget();
        return complaint;
      },
    });
  }

  async zones(signal: AbortSignal): Promise<readonly string[]> {
    return this.api.json({ method: 'GET', path: '/domain/zone' }, Names, signal);
  }

  /** Those that OVH serves the zone by. */
  async nameServers(zone: string, signal: AbortSignal): Promise<readonly string[]> {
    return (await this.api.json({ method: 'GET', path: at(zone) }, ZoneEntry, signal)).nameServers;
  }

  /** Records of all types at a name; `subDomain` is empty for the zone's own. */
  async recordsAt(zone: string, subDomain: string, signal: AbortSignal): Promise<readonly OvhRecord[]> {
    const request = { method: 'GET', path: `${at(zone)}/record`, query: { subDomain } } as const;
    const found: OvhRecord[] = [];
    for (const id of await this.api.json(request, Ids, signal)) {
      found.push(await this.record(zone, id, signal));
    }
    // The filter is a pattern in which `_` stands for any character.
    return found.filter((record) => (record.subDomain ?? '').toLowerCase() === subDomain);
  }

  async createTxt(
    zone: string,
    txt: { readonly subDomain: string; readonly target: string; readonly ttl: number },
    signal: AbortSignal,
  ): Promise<void> {
    const body = { fieldType: 'TXT', ...txt };
    await this.api.send({ method: 'POST', path: `${at(zone)}/record`, body }, signal);
  }

  /** Its type stays: the API refuses a body that names it. */
  async updateRecord(
    zone: string,
    id: string,
    body: { readonly subDomain: string; readonly target: string; readonly ttl: number },
    signal: AbortSignal,
  ): Promise<void> {
    await this.api.send(
      { method: 'PUT', path: `${at(zone)}/record/${encodeURIComponent(id)}`, body },
      signal,
    );
  }

  /** Hands all that stands in the account's zone to the name servers. */
  async refresh(zone: string, signal: AbortSignal): Promise<void> {
    await this.api.send({ method: 'POST', path: `${at(zone)}/refresh` }, signal);
  }

  private async record(zone: string, id: number, signal: AbortSignal): Promise<OvhRecord> {
    const path = `${at(zone)}/record/${id}`;
    const record = await this.api.jsonOrNone({ method: 'GET', path }, RecordEntry, signal);
    if (record?.id === id) return record;
    if (record !== null) throw new DnsProviderError('another record was answered', { kind: 'malformed' });
    const fault = { kind: 'transient', mayBeApplied: false } as const;
    throw new DnsProviderError('the records changed while they were read', fault);
  }
}

function accessOf(options: OvhOptions, url: string): Access {
  const credentials = credentialsOf(options);
  if (credentials === null) throw new RangeError('the options name no credential');
  const { timeoutMs, tokenUrl = OVH_ENDPOINTS[options.endpoint].tokenUrl } = options;
  if (credentials.kind === 'keys') {
    const signer = new OvhSigner(credentials, url, timeoutMs);
    const { applicationKey, applicationSecret, consumerKey } = credentials;
    return {
      headers: (request, signal) => signer.headers(request, signal),
      secrets: [applicationSecret, consumerKey, applicationKey],
      tokens: () => [],
      forget: () => signer.forget(),
    };
  }
  const { clientId, clientSecret } = credentials;
  const tokens = new AccessTokens(() =>
    tokenByClientCredentials({
      issuer: 'OVHcloud',
      tokenUrl,
      clientId,
      clientSecret,
      scope: 'all',
      timeoutMs,
    }),
  );
  return {
    headers: (_request, signal) => tokens.headers(signal),
    secrets: [clientSecret],
    tokens: () => tokens.given(),
    forget: () => tokens.forget(),
  };
}

function at(zone: string): string {
  return `/domain/zone/${encodeURIComponent(zone)}`;
}

function explain(json: unknown): ApiComplaint {
  const complaint = Complaint.safeParse(json);
  if (!complaint.success) return { message: null };
  const { message, errorCode } = complaint.data;
  if (AUTH_CODES.includes(errorCode)) return { message: `${message} (${errorCode})`, kind: 'auth' };
  if (!message.includes('DMARC')) return { message };
  const hint =
    'OVH’s own DMARC type knows few tags: replace the record by one of type TXT in the control panel';
  return { message: `${message}; ${hint}` };
}
