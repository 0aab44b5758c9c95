import { ApiViolation, jsonBody, requireQuery } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedRecord, EmulatedZones } from '../../lab/emulated-zones.js';

export const DNSIMPLE_TOKEN = 'dnsimple_a_0123456789abcdefghijklmnop';
export const DNSIMPLE_ACCOUNT = 1010;

export interface DnsimpleQuirks {
  /** The token is a user's and belongs to no account. */
  readonly isUserToken?: boolean;
  /** Zones that are copied from elsewhere. */
  readonly secondary?: readonly string[];
  /** Zones that its servers don't answer for. */
  readonly inactive?: readonly string[];
  /** Values stand there as they were given long ago, without quotes. */
  readonly isUnquoted?: boolean;
  /** Where records are served. */
  readonly regions?: readonly string[];
}

/** Content is stored serialized: quoted strings of at most 255 characters with their quotes, nothing between them. */
function serialized(value: string): string {
  const pieces = value.replaceAll('"', '\\"').match(/[\s\S]{1,253}/g) ?? [''];
  return pieces.map((piece) => `"${piece}"`).join('');
}

/** What is given with quotes must be well formed, and is kept word for word; without it is serialized. Null: refused. */
function accepted(content: unknown): string | null {
  if (typeof content !== 'string') throw new ApiViolation('content');
  const isQuoted = content.startsWith('"');
  const isWhole = /^(?:"(?:[^"\\]|\\.){0,253}"\s*)+$/.test(content);
  if (isQuoted && !isWhole) return null;
  return (isQuoted ? content : serialized(content)).length > 1000 ? null : content;
}

function deserialized(content: string): string {
  if (!content.startsWith('"')) return content;
  const strings = [...content.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? '');
  return strings.join('').replaceAll('\\"', '"');
}

/** The part of api.dnsimple.com that has to do with TXT records, for one account. */
export function emulateDnsimple(
  zones: EmulatedZones,
  quirks: DnsimpleQuirks = {},
): (call: ApiCall) => ApiReply {
  const stored = new Map<string, string>();
  /** Records that its servers don't have yet; they have it once somebody has asked. */
  const underway = new Set<string>();

  function shown(record: EmulatedRecord): Record<string, unknown> {
    const kept = stored.get(record.id);
    const isKept = kept !== undefined && deserialized(kept) === record.value;
    const text = quirks.isUnquoted === true ? record.value : serialized(record.value);
    return {
      id: Number(record.id),
      zone_id: record.zone,
      parent_id: null,
      name: record.name === record.zone ? '' : record.name.slice(0, -record.zone.length - 1),
      content: isKept ? kept : record.type === 'TXT' ? text : record.value,
      ttl: record.ttl,
      priority: null,
      type: record.type,
      regions: quirks.regions ?? ['global'],
      system_record: record.type === 'NS',
      created_at: '2016-03-22T10:20:53Z',
      updated_at: '2016-03-22T10:20:53Z',
    };
  }

  function list(call: ApiCall, zone: string): ApiReply {
    requireQuery(call, 'name', 'type', 'page', 'per_page');
    const { name, type } = call.query;
    if (name === '') throw new ApiViolation('an empty name');
    const found = zones.records
      .filter((record) => record.zone === zone && (type === undefined || record.type === type))
      .filter((record) => name === undefined || record.name === `${name}.${zone}`);
    const per_page = Number(call.query['per_page'] ?? 30);
    if (per_page > 100) throw new ApiViolation('per_page');
    const current_page = Number(call.query['page'] ?? 1);
    const data = found.slice((current_page - 1) * per_page, current_page * per_page).map(shown);
    const total_pages = Math.max(1, Math.ceil(found.length / per_page));
    const pagination = { current_page, per_page, total_entries: found.length, total_pages };
    return { status: 200, body: { data, pagination } };
  }

  function create(call: ApiCall, zone: string): ApiReply {
    const { name, type, content, ttl } = jsonBody(call, 'name', 'type', 'content', 'ttl');
    if (type !== 'TXT' || typeof name !== 'string') throw new ApiViolation('not a TXT record');
    const text = accepted(content);
    if (text === null) return invalid();
    const whole = name === '' ? zone : `${name}.${zone}`;
    const record = zones.add(zone, whole, 'TXT', deserialized(text), Number(ttl));
    stored.set(record.id, text);
    underway.add(record.id);
    return { status: 201, body: { data: shown(record) } };
  }

  function update(call: ApiCall, zone: string, id: string): ApiReply {
    const { content, ttl } = jsonBody(call, 'content', 'ttl');
    const record = zones.byId(id);
    if (record?.zone !== zone) return missing(`Record \`${id}\` not found`);
    const text = accepted(content);
    if (text === null) return invalid();
    record.value = deserialized(text);
    record.ttl = Number(ttl);
    stored.set(record.id, text);
    underway.add(record.id);
    return { status: 200, body: { data: shown(record) } };
  }

  function ofZone(call: ApiCall, zone: string, rest: string | undefined, id: string | undefined): ApiReply {
    if (!zones.zones.includes(zone)) return missing(`Zone \`${zone}\` not found`);
    if (rest === undefined && call.method === 'GET') {
      const secondary = quirks.secondary?.includes(zone) === true;
      const data = {
        id: 1,
        account_id: DNSIMPLE_ACCOUNT,
        name: zone,
        reverse: false,
        secondary,
        active: quirks.inactive?.includes(zone) !== true,
      };
      return { status: 200, body: { data } };
    }
    const [, distributed] = /^(\d+)\/distribution$/.exec(id ?? '') ?? [];
    if (distributed !== undefined && call.method === 'GET') {
      if (zones.byId(distributed)?.zone !== zone) return missing(`Record \`${distributed}\` not found`);
      return { status: 200, body: { data: { distributed: !underway.delete(distributed) } } };
    }
    if (id !== undefined && call.method === 'PATCH') return update(call, zone, id);
    if (rest !== undefined && id === undefined && call.method === 'GET') return list(call, zone);
    if (rest !== undefined && id === undefined && call.method === 'POST') return create(call, zone);
    throw new ApiViolation('method');
  }

  return (call) => {
    if (call.headers['authorization'] !== `Bearer ${DNSIMPLE_TOKEN}`) {
      return { status: 401, body: { message: 'Authentication failed' } };
    }
    if (call.path === '/v2/whoami' && call.method === 'GET') {
      const account = { id: DNSIMPLE_ACCOUNT, email: 'example-account@example.com' };
      const user = { id: 1, email: 'example-user@example.com' };
      const isUser = quirks.isUserToken === true;
      return { status: 200, body: { data: isUser ? { user, account: null } : { user: null, account } } };
    }
    const [, account, zone, rest, id] =
      /^\/v2\/(\d+)\/zones\/([^/]+)(?:\/(records)(?:\/(\d+(?:\/distribution)?))?)?$/.exec(call.path) ?? [];
    if (account !== String(DNSIMPLE_ACCOUNT) || zone === undefined) throw new ApiViolation('path');
    return ofZone(call, decodeURIComponent(zone), rest, id);
  };
}

function missing(message: string): ApiReply {
  return { status: 404, body: { message } };
}

function invalid(): ApiReply {
  return { status: 400, body: { message: 'Validation failed', errors: { content: ["can't be so"] } } };
}
