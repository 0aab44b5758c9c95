import { createHash } from 'node:crypto';
import { ApiViolation, jsonBody, requireQuery } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedRecord, EmulatedZones } from '../../lab/emulated-zones.js';
import { fromZoneFileText, toZoneFileText } from './zone-file-text.js';

export const CLOUDFLARE_TOKEN = 'cf-token-0123456789-abcdefghijklmnop-XYZ';

/** A zone as the account lists it; records stand in EmulatedZones under its name. */
export interface CloudflareZoneEntry {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly status: string;
  readonly type: string;
  readonly vanity?: readonly string[];
}

/** What the API keeps beside a record. */
export interface CloudflareExtras {
  comment: string | null;
  tags: readonly string[];
  automatic: boolean;
  /** Content that was stored without quotes, and is answered so. */
  bare: boolean;
}

export interface CloudflareAccount {
  readonly zones: EmulatedZones;
  readonly listed?: readonly CloudflareZoneEntry[];
  readonly extras?: Map<string, CloudflareExtras>;
  readonly zoneToken?: string;
  readonly dnsToken?: string;
  /** As an API that doesn't know the filter would. */
  readonly ignoresFilter?: boolean;
}

export function zoneId(name: string): string {
  return createHash('md5').update(name).digest('hex');
}

export function zoneEntry(name: string, overrides: Partial<CloudflareZoneEntry> = {}): CloudflareZoneEntry {
  const account = 'a'.repeat(32);
  return { id: zoneId(name), name, account, status: 'active', type: 'full', ...overrides };
}

/** The part of api.cloudflare.com/client/v4 that has to do with TXT records. */
export function emulateCloudflare(account: CloudflareAccount): (call: ApiCall) => ApiReply {
  const { zones, extras = new Map<string, CloudflareExtras>() } = account;
  const listed = account.listed ?? zones.zones.map((name) => zoneEntry(name));

  function extrasOf(record: EmulatedRecord): CloudflareExtras {
    return extras.get(record.id) ?? { comment: null, tags: [], automatic: false, bare: false };
  }

  function shown(record: EmulatedRecord, content?: string): Record<string, unknown> {
    const { comment, tags, automatic, bare } = extrasOf(record);
    const text = record.type === 'TXT' && !bare ? toZoneFileText(record.value) : record.value;
    return {
      id: record.id,
      type: record.type,
      name: record.name,
      content: content ?? text,
      ttl: automatic ? 1 : record.ttl,
      proxied: false,
      proxiable: false,
      settings: {},
      meta: {},
      comment,
      tags,
      created_on: '2026-08-04T12:09:03.824805Z',
      modified_on: '2026-08-04T12:09:03.824805Z',
    };
  }

  function listZones(call: ApiCall): ApiReply {
    requireQuery(call, 'name', 'account.id', 'page', 'per_page');
    const { name, 'account.id': id } = call.query;
    const found = listed.filter(
      (zone) => (name === undefined || zone.name === name) && (id === undefined || zone.account === id),
    );
    const result = found.map((zone) => ({
      id: zone.id,
      name: zone.name,
      status: zone.status,
      type: zone.type,
      paused: false,
      account: { id: zone.account, name: 'An account' },
      name_servers: zone.type === 'full' ? ['Ada.ns.cloudflare.com', 'bob.ns.cloudflare.com'] : null,
      ...(zone.vanity === undefined ? {} : { vanity_name_servers: zone.vanity }),
    }));
    return page(call, result, { most: 50, usual: 20 });
  }

  function listRecords(call: ApiCall, zone: CloudflareZoneEntry): ApiReply {
    requireQuery(call, 'name.exact', 'page', 'per_page');
    const name = call.query['name.exact']?.toLowerCase();
    const all = account.ignoresFilter === true || name === undefined;
    const found = zones.records.filter(
      (record) => record.zone === zone.name && (all || record.name === name),
    );
    return page(
      call,
      found.map((record) => shown(record)),
      { most: 5000, usual: 100 },
    );
  }

  function create(call: ApiCall, zone: CloudflareZoneEntry): ApiReply {
    const { type, name, content, ttl } = jsonBody(call, 'type', 'name', 'content', 'ttl');
    if (type !== 'TXT' || typeof name !== 'string') throw new ApiViolation('the record');
    const value = readContent(content);
    if (typeof ttl !== 'number' || !isTtl(ttl)) return wrongTtl();
    if (zones.at(name, 'CNAME').length > 0) {
      return refusal(400, 81053, 'An A, AAAA, or CNAME record with that host already exists.');
    }
    if (zones.at(name, 'TXT').some((record) => record.value === value)) return identical();
    const record = zones.add(zone.name, name, 'TXT', value, ttl === 1 ? 300 : ttl);
    extras.set(record.id, { ...extrasOf(record), automatic: ttl === 1 });
    return success(shown(record, String(content)));
  }

  function patch(call: ApiCall, id: string): ApiReply {
    const body = jsonBody(call, 'type?', 'name?', 'content?', 'ttl?');
    const record = zones.byId(id);
    if (record === undefined) return refusal(404, 81044, 'Record does not exist.');
    if (body['type'] !== undefined && body['type'] !== record.type) throw new ApiViolation('the type');
    if (body['name'] !== undefined && body['name'] !== record.name) throw new ApiViolation('the name');
    const ttl = body['ttl'] ?? record.ttl;
    if (typeof ttl !== 'number' || !isTtl(ttl)) return wrongTtl();
    const value = body['content'] === undefined ? record.value : readContent(body['content']);
    const isTwin = zones.at(record.name, 'TXT').some((other) => other.id !== id && other.value === value);
    if (isTwin) return identical();
    record.value = value;
    record.ttl = ttl === 1 ? 300 : ttl;
    extras.set(id, { ...extrasOf(record), automatic: ttl === 1, bare: false });
    return success(shown(record, String(body['content'])));
  }

  return (call) => {
    const path = /^\/zones(?:\/(\w{32})\/dns_records(?:\/([\w-]+))?)?$/.exec(call.path);
    if (path === null) throw new ApiViolation('an unknown path');
    const [, zone, id] = path;
    const refused = refusedToken(call, zone === undefined ? account.zoneToken : account.dnsToken);
    if (refused !== null) return refused;
    if (zone === undefined && call.method === 'GET') return listZones(call);
    const entry = listed.find((candidate) => candidate.id === zone);
    if (entry === undefined) {
      return refusal(
        404,
        7003,
        `Could not route to ${call.path}, perhaps your object identifier is invalid?`,
      );
    }
    if (id === undefined && call.method === 'GET') return listRecords(call, entry);
    if (id === undefined && call.method === 'POST') return create(call, entry);
    if (id !== undefined && call.method === 'PATCH') return patch(call, id);
    throw new ApiViolation('an unknown method');
  };
}

/** Only quoted content: the API takes it bare, too, but then warns of it. */
function readContent(content: unknown): string {
  const value = typeof content === 'string' ? fromZoneFileText(content) : null;
  if (value === null) throw new ApiViolation('the content is not quoted');
  return value;
}

function isTtl(ttl: number): boolean {
  return ttl === 1 || (ttl >= 60 && ttl <= 86_400);
}

function refusedToken(call: ApiCall, token = CLOUDFLARE_TOKEN): ApiReply | null {
  if (call.headers['authorization'] === `Bearer ${token}`) return null;
  if (!/^Bearer [\w-]{40}/.test(call.headers['authorization'] ?? '')) {
    const chain = [{ code: 6111, message: 'Invalid format for Authorization header' }];
    return refusal(400, 6003, 'Invalid request headers', chain);
  }
  return call.path === '/zones'
    ? refusal(403, 9109, 'Invalid access token')
    : refusal(401, 10_000, 'Authentication error');
}

function wrongTtl(): ApiReply {
  const message = 'TTL must be between 60 and 86400 seconds, or 1 for Automatic.';
  return refusal(400, 1004, 'DNS Validation Error', [{ code: 9021, message }]);
}

function identical(): ApiReply {
  return refusal(400, 81058, 'An identical record already exists.');
}

export function refusal(
  status: number,
  code: number,
  message: string,
  chain?: readonly { readonly code: number; readonly message: string }[],
): ApiReply {
  const error = { code, message, ...(chain === undefined ? {} : { error_chain: chain }) };
  return { status, body: { result: null, success: false, errors: [error], messages: [] } };
}

function success(result: unknown): ApiReply {
  return { status: 200, body: { result, success: true, errors: [], messages: [] } };
}

function page(
  call: ApiCall,
  found: readonly unknown[],
  { most, usual }: { readonly most: number; readonly usual: number },
): ApiReply {
  const size = Number(call.query['per_page'] ?? usual);
  const number = Number(call.query['page'] ?? 1);
  if (!(size >= 5 && size <= most && number >= 1)) throw new ApiViolation('the page');
  const result = found.slice((number - 1) * size, number * size);
  const info = {
    page: number,
    per_page: size,
    count: result.length,
    total_count: found.length,
    total_pages: Math.ceil(found.length / size),
  };
  return { status: 200, body: { result, success: true, errors: [], messages: [], result_info: info } };
}
