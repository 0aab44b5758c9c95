import { ApiViolation, jsonBody, requireQuery } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedRecord, EmulatedZones } from '../../lab/emulated-zones.js';

export const VULTR_KEY = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The part of api.vultr.com/v2 that has to do with TXT records. */
export function emulateVultr(zones: EmulatedZones): (call: ApiCall) => ApiReply {
  function create(call: ApiCall, domain: string): ApiReply {
    const { type, name, data, ttl } = jsonBody(call, 'type', 'name', 'data', 'ttl');
    if (type !== 'TXT' || typeof name !== 'string' || typeof ttl !== 'number') {
      throw new ApiViolation('the record');
    }
    if (name.endsWith(domain) || name === '@') throw new ApiViolation('the name is not relative');
    const whole = name === '' ? domain : `${name}.${domain}`;
    const { value, refused } = txtOf(data, 'add');
    if (refused !== null) return refused;
    if (zones.at(whole, 'TXT').some((record) => record.ttl !== ttl)) return mixedTtl('add');
    if (zones.at(whole, 'CNAME').length > 0) return failure(400, 'Unable to add record: A CNAME exists');
    const record = zones.add(domain, whole, 'TXT', value, ttl);
    return { status: 201, body: { record: shown(record) } };
  }

  function patch(call: ApiCall, domain: string, id: string): ApiReply {
    const { name, data, ttl } = jsonBody(call, 'name?', 'data?', 'ttl?', 'priority?');
    const record = zones.byId(id.slice(-4));
    if (record?.zone !== domain || shown(record)['id'] !== id) return failure(404, 'Invalid record.');
    if (name !== undefined && name !== shown(record)['name']) throw new ApiViolation('the name');
    const { value, refused } =
      data === undefined ? { value: record.value, refused: null } : txtOf(data, 'update');
    if (refused !== null) return refused;
    if (ttl !== undefined && typeof ttl !== 'number') throw new ApiViolation('the TTL');
    const others = zones.at(record.name, record.type).filter((other) => other.id !== record.id);
    if (others.some((other) => other.ttl !== (ttl ?? record.ttl))) return mixedTtl('update');
    Object.assign(record, { value, ttl: ttl ?? record.ttl });
    return { status: 204 };
  }

  return (call) => {
    if (call.headers['authorization'] !== `Bearer ${VULTR_KEY}`) return failure(401, 'Invalid API token.');
    const path = /^\/domains(?:\/([\w.-]+)\/records(?:\/([\w-]{36}))?)?$/.exec(call.path);
    if (path === null) throw new ApiViolation('an unknown path');
    const [, domain, id] = path;
    if (domain === undefined && call.method === 'GET') {
      const found = zones.zones.map((name) => ({
        domain: name,
        date_created: '2020-10-10T01:56:20+00:00',
        dns_sec: 'disabled',
      }));
      return page(call, 'domains', found);
    }
    if (domain === undefined) throw new ApiViolation('an unknown method');
    if (!zones.zones.includes(domain)) return failure(404, 'Domain not found');
    const records = zones.records.filter((record) => record.zone === domain);
    if (id === undefined && call.method === 'GET') return page(call, 'records', records.map(shown));
    if (id === undefined && call.method === 'POST') return create(call, domain);
    if (id !== undefined && call.method === 'PATCH') return patch(call, domain, id);
    throw new ApiViolation('an unknown method');
  };
}

function shown(record: EmulatedRecord): Record<string, unknown> {
  const { id, type, name, zone, value, ttl } = record;
  return {
    id: `cb676a46-66fd-4dfb-b839-44${id.padStart(10, '0')}`,
    type,
    name: name === zone ? '' : name.slice(0, -zone.length - 1),
    data: type === 'TXT' ? `"${value}"` : value,
    priority: type === 'MX' ? 10 : -1,
    ttl,
  };
}

/** Quotes at both ends come off, others are refused; a backslash is kept as it is. */
function txtOf(
  data: unknown,
  verb: 'add' | 'update',
): { readonly value: string; readonly refused: ApiReply | null } {
  if (typeof data !== 'string') throw new ApiViolation('the data');
  if (/[^\x20-\x7e]/.test(data)) throw new ApiViolation('nobody knows what becomes of other than ASCII');
  const value = /^"(.*)"$/.exec(data.trim())?.[1];
  if (value === undefined) {
    return {
      value: '',
      refused: failure(400, `Unable to ${verb} record: Record data must be enclosed in quotes`),
    };
  }
  if (!value.includes('"')) return { value, refused: null };
  const message = `Unable to ${verb} record: Quotes may only appear at the beginning and end of the data`;
  return { value: '', refused: failure(400, message) };
}

function mixedTtl(verb: 'add' | 'update'): ApiReply {
  return failure(400, `Unable to ${verb} record: TTL must be the same for all records of a set`);
}

export function failure(status: number, error: string): ApiReply {
  return { status, body: { error, status } };
}

function page(call: ApiCall, key: string, found: readonly unknown[]): ApiReply {
  requireQuery(call, 'per_page', 'cursor');
  const size = Number(call.query['per_page'] ?? 100);
  const cursor = call.query['cursor'];
  const from =
    cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64').toString().slice('next__'.length));
  if (!(size >= 1 && size <= 500 && from >= 0)) throw new ApiViolation('the page');
  const at = (index: number): string => Buffer.from(`next__${index}`).toString('base64');
  const next = from + size < found.length ? at(from + size) : '';
  const prev = from === 0 ? '' : at(Math.max(0, from - size));
  return {
    status: 200,
    body: { [key]: found.slice(from, from + size), meta: { total: found.length, links: { next, prev } } },
  };
}
