import { linode } from '../../../src/providers/linode/module.js';
import { ApiViolation, jsonBody, requireQuery } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedRecord, EmulatedZones } from '../../lab/emulated-zones.js';

export const LINODE_TOKEN = 'linode-token-0123456789abcdef';
const TTLS = linode.descriptor.capabilities.ttl.only ?? [];

/** What an account says of itself beside its records. */
export interface LinodeQuirks {
  /** TTLs of new records are dropped, as they have been for years. */
  readonly dropsTtlOfNew: boolean;
  readonly slaves: readonly string[];
  /** Domains that are not served. */
  readonly disabled?: readonly string[];
}

function refused(status: number, reason: string, field?: string): ApiReply {
  return { status, body: { errors: [{ reason, ...(field === undefined ? {} : { field }) }] } };
}

/** Any other value is rounded up to one of the list; 0 stays. */
function rounded(ttl: unknown): number {
  if (typeof ttl !== 'number' || !Number.isInteger(ttl)) throw new ApiViolation('ttl_sec is no number');
  return ttl === 0 ? 0 : (TTLS.find((valid) => valid >= ttl) ?? 2_419_200);
}

/** api.linode.com/v4, the domains of one account. */
export function emulateLinode(
  zones: EmulatedZones,
  quirks: LinodeQuirks = { dropsTtlOfNew: false, slaves: [] },
): (call: ApiCall) => ApiReply {
  const domainId = (zone: string): number => 100 + zones.zones.indexOf(zone);

  function shown(record: EmulatedRecord): Record<string, unknown> {
    const name = record.name === record.zone ? '' : record.name.slice(0, -record.zone.length - 1);
    return {
      id: Number(record.id),
      type: record.type,
      name,
      target: record.value,
      ttl_sec: record.ttl,
      priority: 0,
      weight: 0,
      port: 0,
      service: null,
      protocol: null,
      tag: null,
      created: '2018-01-01T00:01:01',
      updated: '2018-01-01T00:01:01',
    };
  }

  function page(call: ApiCall, items: readonly unknown[]): ApiReply {
    requireQuery(call, 'page', 'page_size');
    const size = Number(call.query['page_size'] ?? 100);
    if (size < 25 || size > 500) return refused(400, 'Must be 25-500', 'page_size');
    const at = Number(call.query['page'] ?? 1);
    const pages = Math.max(1, Math.ceil(items.length / size));
    if (at > pages) return refused(404, 'Not found');
    const data = items.slice((at - 1) * size, at * size);
    return { status: 200, body: { data, page: at, pages, results: items.length } };
  }

  function filterOf(call: ApiCall): Record<string, unknown> {
    const filter: unknown = JSON.parse(call.headers['x-filter'] ?? '{}');
    return Object.fromEntries(Object.entries(filter as object));
  }

  function listDomains(call: ApiCall): ApiReply {
    const filter = filterOf(call);
    if (Object.keys(filter).join() !== 'domain') throw new ApiViolation('filter');
    const found = zones.zones.filter((zone) => zone === filter['domain']);
    return page(
      call,
      found.map((domain) => ({
        id: domainId(domain),
        domain,
        type: quirks.slaves.includes(domain) ? 'slave' : 'master',
        status: quirks.disabled?.includes(domain) === true ? 'disabled' : 'active',
        ttl_sec: 0,
      })),
    );
  }

  function listRecords(call: ApiCall, zone: string): ApiReply {
    const or = filterOf(call)['+or'] as readonly { type: string }[];
    const types = or.map(({ type }) => type);
    const records = zones.records.filter((record) => record.zone === zone && types.includes(record.type));
    return page(call, records.map(shown));
  }

  function create(call: ApiCall, zone: string): ApiReply {
    const { type, name, target, ttl_sec } = jsonBody(call, 'type', 'name', 'target', 'ttl_sec');
    if (type !== 'TXT' || typeof name !== 'string' || typeof target !== 'string') {
      throw new ApiViolation('not a TXT record');
    }
    const whole = name === '' ? zone : `${name}.${zone}`;
    const ttl = quirks.dropsTtlOfNew ? 0 : rounded(ttl_sec);
    return { status: 200, body: shown(zones.add(zone, whole, 'TXT', target, ttl)) };
  }

  function update(call: ApiCall, zone: string, id: string): ApiReply {
    const { target, ttl_sec } = jsonBody(call, 'target?', 'ttl_sec?');
    const record = zones.byId(id);
    if (record === undefined || record.zone !== zone) return refused(404, 'Not found');
    if (typeof target === 'string') record.value = target;
    else if (target !== undefined) throw new ApiViolation('target');
    if (ttl_sec !== undefined) record.ttl = rounded(ttl_sec);
    return { status: 200, body: shown(record) };
  }

  return (call) => {
    if (call.headers['authorization'] !== `Bearer ${LINODE_TOKEN}`) return refused(401, 'Invalid Token');
    if (call.path === '/domains' && call.method === 'GET') return listDomains(call);
    const [, id, record] = /^\/domains\/(\d+)\/records(?:\/(\d+))?$/.exec(call.path) ?? [];
    if (id === undefined) throw new ApiViolation('path');
    const zone = zones.zones.find((candidate) => domainId(candidate) === Number(id));
    if (zone === undefined) return refused(404, 'Not found');
    if (record !== undefined && call.method === 'PUT') return update(call, zone, record);
    if (record === undefined && call.method === 'GET') return listRecords(call, zone);
    if (record === undefined && call.method === 'POST') return create(call, zone);
    throw new ApiViolation('method');
  };
}
