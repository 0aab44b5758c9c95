import { createHash } from 'node:crypto';
import { quoteTxt, unquoteTxt } from '../../../src/providers/txt-codec.js';
import { ApiViolation, jsonBody, requireQuery } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedRecord, EmulatedZones } from '../../lab/emulated-zones.js';

export const OVH_KEYS = {
  applicationKey: '7kbG7Bk7S9Nt7ZSV',
  applicationSecret: 'EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF',
  consumerKey: 'MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1',
} as const;
/** Tags that OVH's own DMARC type takes. */
const OWN_TAGS = ['v', 'p', 'sp', 'pct', 'rua', 'ruf', 'aspf', 'adkim', 'fo', 'rf', 'ri'];

/** What an account has beside its zones. */
export interface OvhExtras {
  /** Seconds that the server's clock is ahead of ours. */
  readonly ahead?: number;
  /** Access tokens that it takes beside signatures. */
  readonly tokens?: ReadonlySet<string>;
  /** What a refresh is answered in place of being carried out. */
  refusal?: ApiReply | null;
  /** What the name servers show of each zone: as it stood when it was last refreshed. */
  readonly served?: Map<string, readonly (readonly [string, string, string])[]>;
}

/** OVHcloud's account as its API console, its guides and its own clients describe it: zones, records, refresh. */
export function emulateOvh(zones: EmulatedZones, extras: OvhExtras = {}): (call: ApiCall) => ApiReply {
  return (call) => {
    const now = Math.floor(Date.now() / 1000) + (extras.ahead ?? 0);
    if (call.path === '/auth/time') {
      if ('x-ovh-signature' in call.headers) throw new ApiViolation('the time is asked for unsigned');
      return { status: 200, body: now };
    }
    const refused = refusalOf(call, now, extras);
    if (refused !== null) return refused;
    const [domain, zone, name, what, id, ...more] = call.path.slice(1).split('/').map(decodeURIComponent);
    if (domain !== 'domain' || zone !== 'zone' || more.length > 0) throw new ApiViolation('path');
    if (name === undefined) return read(call, zones.zones);
    if (!zones.zones.includes(name)) return complaint(404, 'Client::NotFound', 'This service does not exist');
    if (what === undefined) return read(call, zoneEntry());
    if (what === 'refresh' && id === undefined) return refresh(zones, name, call, extras);
    if (what !== 'record') throw new ApiViolation('path');
    if (id === undefined) return call.method === 'GET' ? list(zones, name, call) : create(zones, name, call);
    const record = zones.records.find((one) => one.id === id && one.zone === name);
    if (record === undefined)
      return complaint(404, 'Client::NotFound', 'The requested object does not exist');
    requireQuery(call);
    return call.method === 'GET' ? { status: 200, body: entry(record) } : update(record, call);
  };
}

function refusalOf(call: ApiCall, now: number, { tokens }: OvhExtras): ApiReply | null {
  const { authorization } = call.headers;
  if (authorization !== undefined) {
    return tokens?.has(authorization.replace('Bearer ', '')) === true
      ? null
      : complaint(401, 'Client::Unauthorized', 'Invalid access token');
  }
  if (call.headers['x-ovh-application'] !== OVH_KEYS.applicationKey) {
    return coded(403, 'INVALID_KEY', 'This application key is invalid');
  }
  if (call.headers['x-ovh-consumer'] !== OVH_KEYS.consumerKey) {
    return coded(403, 'INVALID_CREDENTIAL', 'This credential is not valid');
  }
  const timestamp = Number(call.headers['x-ovh-timestamp']);
  if (Math.abs(timestamp - now) > 30) return coded(400, 'QUERY_TIME_OUT', 'Query out of time');
  const query = new URLSearchParams(call.query).toString();
  const url = `http://${call.headers['host']}${call.path}${query === '' ? '' : `?${query}`}`;
  const { applicationSecret, consumerKey } = OVH_KEYS;
  const parts = [applicationSecret, consumerKey, call.method, url, call.text, timestamp].join('+');
  const signature = `$1$${createHash('sha1').update(parts).digest('hex')}`;
  return call.headers['x-ovh-signature'] === signature
    ? null
    : coded(400, 'INVALID_SIGNATURE', 'Invalid signature');
}

function list(zones: EmulatedZones, zone: string, call: ApiCall): ApiReply {
  requireQuery(call, 'fieldType', 'subDomain');
  const { fieldType, subDomain } = call.query;
  const matching = zones.records.filter(
    (record) =>
      record.zone === zone &&
      (fieldType === undefined || record.type === fieldType) &&
      (subDomain === undefined || isLike(subDomainOf(record), subDomain)),
  );
  return { status: 200, body: matching.map(({ id }) => Number(id)) };
}

/** As SQL's ILIKE. */
function isLike(text: string, pattern: string): boolean {
  const expression = pattern
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('_', '.')
    .replaceAll('%', '.*');
  return new RegExp(`^${expression}$`, 'i').test(text);
}

function create(zones: EmulatedZones, zone: string, call: ApiCall): ApiReply {
  if (call.method !== 'POST') throw new ApiViolation(call.method);
  requireQuery(call);
  const { fieldType, subDomain, target, ttl } = jsonBody(call, 'fieldType', 'subDomain', 'target', 'ttl');
  if (fieldType !== 'TXT' || typeof subDomain !== 'string') throw new ApiViolation('fieldType or subDomain');
  const name = subDomain === '' ? zone : `${subDomain}.${zone}`;
  const record = zones.add(zone, name, fieldType, txtOf(target), ttlOf(ttl));
  return { status: 200, body: entry(record) };
}

function update(record: EmulatedRecord, call: ApiCall): ApiReply {
  if (call.method !== 'PUT') throw new ApiViolation(call.method);
  const { subDomain, target, ttl } = jsonBody(call, 'subDomain?', 'target', 'ttl');
  if (subDomain !== undefined && subDomain !== subDomainOf(record))
    throw new ApiViolation('this would move it');
  if (record.type === 'DMARC') {
    const tags = String(target)
      .split(';')
      .map((tag) => tag.split('=')[0]?.trim() ?? '');
    const known = tags.every((tag) => tag === '' || OWN_TAGS.includes(tag));
    if (!known) return complaint(400, 'Client::BadRequest', 'Invalid subfield found in DMARC');
    record.value = String(target);
  } else {
    record.value = txtOf(target);
  }
  record.ttl = ttlOf(ttl);
  return { status: 200, body: null };
}

function refresh(
  zones: EmulatedZones,
  zone: string,
  call: ApiCall,
  { served, refusal }: OvhExtras,
): ApiReply {
  if (call.method !== 'POST' || call.text !== '')
    throw new ApiViolation('refresh takes a POST without a body');
  if (refusal !== undefined && refusal !== null) return refusal;
  const records = zones.records.filter((record) => record.zone === zone);
  served?.set(
    zone,
    records.map(({ name, type, value }) => [name, type, value] as const),
  );
  return { status: 200, body: null };
}

function txtOf(target: unknown): string {
  const value = typeof target === 'string' ? unquoteTxt(target) : null;
  if (value === null) throw new ApiViolation('a TXT target that is not quoted');
  return value;
}

function ttlOf(ttl: unknown): number {
  if (typeof ttl !== 'number' || (ttl !== 0 && ttl < 60)) throw new ApiViolation(`ttl ${String(ttl)}`);
  return ttl;
}

function entry(record: EmulatedRecord): unknown {
  const { id, zone, type, value, ttl } = record;
  const target = type === 'TXT' ? quoteTxt(value) : value;
  return { id: Number(id), zone, subDomain: subDomainOf(record), fieldType: type, target, ttl };
}

function subDomainOf({ name, zone }: EmulatedRecord): string {
  return name === zone ? '' : name.slice(0, -zone.length - 1);
}

function zoneEntry(): unknown {
  return {
    hasDnsAnycast: false,
    dnssecSupported: true,
    nameServers: ['dns104.ovh.net', 'ns104.ovh.net'],
    lastUpdate: '2026-01-30T23:55:00+01:00',
  };
}

function read(call: ApiCall, body: unknown): ApiReply {
  requireQuery(call);
  if (call.method !== 'GET') throw new ApiViolation(call.method);
  return { status: 200, body };
}

function complaint(status: number, kind: string, message: string): ApiReply {
  return { status, body: { class: kind, message } };
}

function coded(status: number, errorCode: string, message: string): ApiReply {
  return { status, body: { errorCode, httpCode: `${status}`, message } };
}
