import { ApiViolation, jsonBody, requireQuery } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedRecord, EmulatedZones } from '../../lab/emulated-zones.js';
import { toZoneFileText } from './zone-file-text.js';

export const DIGITALOCEAN_TOKEN = `dop_v1_${'0123456789abcdef'.repeat(4)}`;

/** The API's own base address: links to further pages name it, whatever a client used. */
const BASE = 'https://api.digitalocean.com/v2';

/** The part of api.digitalocean.com/v2 that has to do with TXT records. */
export function emulateDigitalOcean(
  zones: EmulatedZones,
  { ignoresFilter = false }: { readonly ignoresFilter?: boolean } = {},
): (call: ApiCall) => ApiReply {
  function listRecords(call: ApiCall, domain: string): ApiReply {
    requireQuery(call, 'name', 'type', 'page', 'per_page');
    const { name, type } = call.query;
    if (name !== undefined && name !== domain && !name.endsWith(`.${domain}`)) {
      throw new ApiViolation('the name is not a whole one');
    }
    const found = zones.records.filter(
      (record) =>
        record.zone === domain &&
        (ignoresFilter || name === undefined || record.name === name) &&
        (ignoresFilter || type === undefined || record.type === type),
    );
    const all = [soa, ...found.map((record) => shown(record))].filter(
      (record) => record !== soa || ignoresFilter || (type === undefined && name === domain),
    );
    return page(call, 'domain_records', all);
  }

  function create(call: ApiCall, domain: string): ApiReply {
    const { type, name, data, ttl } = jsonBody(call, 'type', 'name', 'data', 'ttl');
    if (type !== 'TXT' || typeof name !== 'string' || name === '') throw new ApiViolation('the record');
    if (name.endsWith(domain)) throw new ApiViolation('the name is not relative');
    const refused = refusedValues(data, ttl);
    if (refused !== null) return refused;
    const whole = name === '@' ? domain : `${name}.${domain}`;
    if (zones.at(whole, 'CNAME').length > 0) return unprocessable('CNAME records cannot share a name');
    const record = zones.add(domain, whole, 'TXT', String(data), Number(ttl));
    return { status: 201, body: { domain_record: shown(record) } };
  }

  function patch(call: ApiCall, domain: string, id: string): ApiReply {
    const { type, data, ttl } = jsonBody(call, 'type', 'data?', 'ttl?');
    const record = zones.byId(id);
    if (record?.zone !== domain) return notFound();
    if (type !== record.type) throw new ApiViolation('the type');
    const next = { data: data ?? record.value, ttl: ttl ?? record.ttl };
    const refused = refusedValues(next.data, next.ttl);
    if (refused !== null) return refused;
    Object.assign(record, { value: next.data, ttl: next.ttl });
    return { status: 200, body: { domain_record: shown(record) } };
  }

  return (call) => {
    if (call.headers['authorization'] !== `Bearer ${DIGITALOCEAN_TOKEN}`) {
      return { status: 401, body: { id: 'unauthorized', message: 'Unable to authenticate you' } };
    }
    const path = /^\/domains(?:\/([\w.-]+)\/records(?:\/(\d+))?)?$/.exec(call.path);
    if (path === null) throw new ApiViolation('an unknown path');
    const [, domain, id] = path;
    if (domain === undefined && call.method === 'GET') {
      requireQuery(call, 'page', 'per_page');
      const domains = zones.zones.map((name) => ({ name, ttl: 1800, zone_file: `$ORIGIN ${name}.\n` }));
      return page(call, 'domains', domains);
    }
    if (domain === undefined) throw new ApiViolation('an unknown method');
    if (!zones.zones.includes(domain)) return notFound();
    if (id === undefined && call.method === 'GET') return listRecords(call, domain);
    if (id === undefined && call.method === 'POST') return create(call, domain);
    if (id !== undefined && call.method === 'PATCH') return patch(call, domain, id);
    throw new ApiViolation('an unknown method');
  };
}

const unused = { priority: null, port: null, weight: null, flags: null, tag: null };

/** As old accounts list it: a record with nothing but a name. */
const soa = { id: null, type: 'SOA', name: '@', data: null, ttl: null, ...unused };

function shown(record: EmulatedRecord): Record<string, unknown> {
  const { id, type, name, zone, value, ttl } = record;
  const label = name === zone ? '@' : name.slice(0, -zone.length - 1);
  return { id: Number(id), type, name: label, data: value, ttl, ...unused };
}

/** What it keeps is measured as it would stand in a zone file. */
function refusedValues(data: unknown, ttl: unknown): ApiReply | null {
  if (typeof data !== 'string' || typeof ttl !== 'number') throw new ApiViolation('data or ttl');
  if (data.includes('\\')) throw new ApiViolation('a backslash is not kept');
  if (ttl < 30) return unprocessable('Ttl must be greater than or equal to 30');
  return toZoneFileText(data).length > 509 ? unprocessable('Data is too long') : null;
}

function unprocessable(message: string): ApiReply {
  return { status: 422, body: { id: 'unprocessable_entity', message } };
}

function notFound(): ApiReply {
  const message = 'The resource you were accessing could not be found.';
  return { status: 404, body: { id: 'not_found', message } };
}

function page(call: ApiCall, key: string, found: readonly unknown[]): ApiReply {
  const size = Number(call.query['per_page'] ?? 20);
  const number = Number(call.query['page'] ?? 1);
  if (!(size >= 1 && size <= 200 && number >= 1)) throw new ApiViolation('the page');
  const last = Math.max(1, Math.ceil(found.length / size));
  const to = (other: number): string => {
    const query = new URLSearchParams({ ...call.query, page: String(other) });
    return `${BASE}${call.path}?${query.toString()}`;
  };
  const pages = {
    ...(number > 1 ? { first: to(1), prev: to(number - 1) } : {}),
    ...(number < last ? { next: to(number + 1), last: to(last) } : {}),
  };
  return {
    status: 200,
    body: {
      [key]: found.slice((number - 1) * size, number * size),
      links: last === 1 ? {} : { pages },
      meta: { total: found.length },
    },
  };
}
