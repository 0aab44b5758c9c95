import { randomUUID } from 'node:crypto';
import { ApiViolation, jsonBody, requireQuery } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedRecord, EmulatedZones } from '../../lab/emulated-zones.js';
import { fromZoneFileText } from './zone-file-text.js';

export const SCALEWAY_KEY = '11111111-2222-3333-4444-555555555555';

export interface ScalewayQuirks {
  /** Comments on records, by their value. */
  readonly comments?: Readonly<Record<string, string>>;
  /** Values of records whose answer depends on where it is asked from. */
  readonly dynamic?: readonly string[];
  /** Of all zones. */
  readonly status?: string;
  /** The filter on a zone's name also gives the zones below it. */
  readonly isLoose?: boolean;
}

/** Stored bytes between quotes; of what stands among them only a quote is escaped. */
function shownText(value: string): string {
  return `"${value.replaceAll('"', '\\"')}"`;
}

/** Read as in a zone file where it is quoted; then outer spaces and quotes fall off. */
function storedText(data: unknown): string {
  if (typeof data !== 'string') throw new ApiViolation('data');
  const value = data.startsWith('"') ? fromZoneFileText(data) : data;
  if (value === null) throw new ApiViolation(`data ${data}`);
  return value.trim().replaceAll(/^"|"$/g, '');
}

/** The part of api.scaleway.com/domain/v2beta1 that has to do with TXT records. */
export function emulateScaleway(
  zones: EmulatedZones,
  quirks: ScalewayQuirks = {},
): (call: ApiCall) => ApiReply {
  const ids = new Map<string, string>();
  const comments = new Map<string, string | null>();

  function idOf(record: EmulatedRecord): string {
    const id = ids.get(record.id) ?? randomUUID();
    ids.set(record.id, id);
    return id;
  }

  function shown(record: EmulatedRecord): Record<string, unknown> {
    const isDynamic = quirks.dynamic?.includes(record.value) === true;
    return {
      id: idOf(record),
      data: record.type === 'TXT' ? shownText(record.value) : record.value,
      name: record.name === record.zone ? '' : record.name.slice(0, -record.zone.length - 1),
      priority: 0,
      ttl: record.ttl,
      type: record.type,
      comment: comments.get(record.id) ?? quirks.comments?.[record.value] ?? null,
      ...(isDynamic ? { geo_ip_config: { matches: [], default: record.value } } : {}),
    };
  }

  function page(call: ApiCall, name: string, items: readonly unknown[]): ApiReply {
    const size = Number(call.query['page_size'] ?? 20);
    if (size > 100) throw new ApiViolation('page_size');
    const from = (Number(call.query['page'] ?? 1) - 1) * size;
    return { status: 200, body: { total_count: items.length, [name]: items.slice(from, from + size) } };
  }

  function listZones(call: ApiCall): ApiReply {
    requireQuery(call, 'dns_zone', 'page', 'page_size');
    const asked = call.query['dns_zone'] ?? '';
    const found = zones.zones.filter(
      (zone) => zone === asked || (quirks.isLoose === true && zone.endsWith(asked)),
    );
    const shownZones = found.map((zone) => {
      const [domain = zone] = /[^.]+\.[^.]+$/.exec(zone) ?? [];
      const ns = ['ns0.dom.scw.cloud', 'ns1.dom.scw.cloud'];
      const subdomain = zone === domain ? '' : zone.slice(0, -domain.length - 1);
      return {
        domain,
        subdomain,
        ns,
        ns_default: ns,
        ns_master: [],
        status: quirks.status ?? 'active',
        project_id: 'p',
      };
    });
    return page(call, 'dns_zones', shownZones);
  }

  function listRecords(call: ApiCall, zone: string): ApiReply {
    requireQuery(call, 'name', 'type', 'page', 'page_size');
    const { name, type } = call.query;
    if (name === '') throw new ApiViolation('an empty name');
    const found = zones.records
      .filter((record) => record.zone === zone && (type === undefined || record.type === type))
      .filter((record) => name === undefined || record.name === `${name}.${zone}`);
    return page(call, 'records', found.map(shown));
  }

  function add(zone: string, given: unknown, whole: string | null): void {
    const { name, type, data, ttl, comment } = given as Record<string, unknown>;
    const at = name === '' ? zone : `${String(name)}.${zone}`;
    if (type !== 'TXT' || typeof ttl !== 'number' || ttl < 60) throw new ApiViolation('a record');
    if (whole !== null && at !== whole) throw new ApiViolation('a record of another name');
    const record = zones.add(zone, at, 'TXT', storedText(data), ttl);
    comments.set(record.id, typeof comment === 'string' ? comment : null);
  }

  function update(call: ApiCall, zone: string): ApiReply {
    const { changes, disallow_new_zone_creation } = jsonBody(
      call,
      'changes',
      'return_all_records',
      'disallow_new_zone_creation',
    );
    if (disallow_new_zone_creation !== true) throw new ApiViolation('it may create a zone');
    for (const change of changes as readonly Record<string, Record<string, unknown>>[]) {
      const { set, add: added } = change;
      if (set !== undefined) {
        const { name, type } = set['id_fields'] as Record<string, unknown>;
        if (type !== 'TXT' || typeof name !== 'string') throw new ApiViolation('id_fields');
        const whole = name === '' ? zone : `${name}.${zone}`;
        zones.remove(zones.at(whole, 'TXT'));
        for (const record of set['records'] as readonly unknown[]) add(zone, record, whole);
      } else if (added !== undefined) {
        for (const record of added['records'] as readonly unknown[]) add(zone, record, null);
      } else throw new ApiViolation('the change');
    }
    return { status: 200, body: { records: [] } };
  }

  return (call) => {
    if (call.headers['x-auth-token'] !== SCALEWAY_KEY) {
      const body = {
        message: 'authentication is denied',
        method: 'api_key',
        reason: 'invalid_argument',
        type: 'denied_authentication',
      };
      return { status: 401, body };
    }
    if (call.path === '/domain/v2beta1/dns-zones' && call.method === 'GET') return listZones(call);
    const [, zone] = /^\/domain\/v2beta1\/dns-zones\/([^/]+)\/records$/.exec(call.path) ?? [];
    if (zone === undefined) throw new ApiViolation('path');
    if (!zones.zones.includes(zone)) {
      const details = [{ resource: 'domain', action: 'read' }];
      const body = { type: 'permissions_denied', message: 'insufficient permissions', details };
      return { status: 403, body };
    }
    if (call.method === 'GET') return listRecords(call, zone);
    if (call.method === 'PATCH') return update(call, zone);
    throw new ApiViolation('method');
  };
}
