import { quoteTxt, unquoteTxt } from '../../../src/providers/txt-codec.js';
import { ApiViolation, jsonBody, requireQuery } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedZones } from '../../lab/emulated-zones.js';

export const HETZNER_TOKEN = 'LRK9DAWQ1ZAEFSrCNEEzLCUwhYX1U3g7wMg4dTlkkDC96fyDuyJ39nVbVjCKSDfj';
const PAGE = 25;
/** The TTL of every zone here, and what a record has in the emulated account that has none of its own. */
export const ZONE_TTL = 10_800;
export const NO_TTL = 0;

/** What an account has beside its zones. */
export interface HetznerExtras {
  /** `late`: a change is to be read only once its action has ended. */
  readonly shows?: 'at-once' | 'late';
  /** Names whose TXT set is protected against changes. */
  readonly isProtected?: (name: string) => boolean;
  /** Zones that are copied from elsewhere. */
  readonly secondary?: readonly string[];
  /** Notes beside records, by value. */
  readonly comments?: Map<string, string>;
  /** What every action ends with. */
  readonly failure?: string;
  /** Whether it knows no action any more as soon as it has begun. */
  readonly isForgetful?: boolean;
}

interface Running {
  asked: number;
  apply: (() => void) | null;
  readonly failure: string | null;
}

/** A project of Hetzner's Cloud API as its reference describes it: zones, their record sets and actions. */
export function emulateHetzner(
  zones: EmulatedZones,
  extras: HetznerExtras = {},
): (call: ApiCall) => ApiReply {
  const actions: Running[] = [];

  function start(apply: () => void): unknown {
    const isLate = extras.shows === 'late';
    if (!isLate) apply();
    actions.push({ asked: 0, apply: isLate ? apply : null, failure: extras.failure ?? null });
    return action(actions.length, 'running', null);
  }

  function status(call: ApiCall, id: number): ApiReply {
    if (call.method !== 'GET') throw new ApiViolation(call.method);
    const running = actions[id - 1];
    if (running === undefined || extras.isForgetful === true)
      return refusal(404, 'not_found', `action with ID '${id}' not found`);
    running.asked += 1;
    if (running.asked < 2) return { status: 200, body: { action: action(id, 'running', null) } };
    if (running.failure !== null)
      return { status: 200, body: { action: action(id, 'error', running.failure) } };
    running.apply?.();
    running.apply = null;
    return { status: 200, body: { action: action(id, 'success', null) } };
  }

  return (call) => {
    if (call.headers['authorization'] !== `Bearer ${HETZNER_TOKEN}`) {
      return refusal(401, 'unauthorized', 'unable to authenticate');
    }
    const [what, id, rrsets, label, type, actionsOf, command] = call.path
      .slice(1)
      .split('/')
      .map(decodeURIComponent);
    if (what === 'actions' && rrsets === undefined) return status(call, Number(id));
    if (what !== 'zones') throw new ApiViolation('path');
    if (id === undefined) return listZones(zones, extras, call);
    const zone = zones.zones[Number(id) - 1] ?? (zones.zones.includes(id) ? id : undefined);
    if (zone === undefined) return refusal(404, 'not_found', `zone '${id}' not found`);
    if (rrsets === undefined) return read(call, { zone: zoneEntry(zones, extras, zone) });
    if (rrsets !== 'rrsets') throw new ApiViolation('path');
    if (extras.secondary?.includes(zone) === true) {
      return refusal(422, 'incorrect_zone_mode', 'operation is not supported for this mode');
    }
    if (label === undefined && call.method === 'GET') return listRRsets(zones, zone, extras, call);
    if (call.method !== 'POST') throw new ApiViolation(call.method);
    requireQuery(call);
    if (label === undefined) return create(zones, zone, call, start);
    if (type !== 'TXT' || actionsOf !== 'actions') throw new ApiViolation('path');
    const name = wholeName(label, zone);
    if (extras.isProtected?.(name) === true) return refusal(423, 'protected', 'rrset is protected');
    if (zones.at(name, 'TXT').length === 0) return refusal(404, 'not_found', 'rrset not found');
    if (command === 'set_records') return setRecords(zones, name, call, extras, start);
    if (command === 'change_ttl') return changeTtl(zones, name, call, start);
    throw new ApiViolation(`action ${command}`);
  };
}

type Start = (apply: () => void) => unknown;

function listZones(zones: EmulatedZones, extras: HetznerExtras, call: ApiCall): ApiReply {
  requireQuery(call, 'name', 'mode', 'label_selector', 'sort', 'page', 'per_page');
  const { name } = call.query;
  const all = zones.zones.filter((zone) => name === undefined || zone === name);
  return page(
    call,
    'zones',
    all.map((zone) => zoneEntry(zones, extras, zone)),
  );
}

function listRRsets(
  zones: EmulatedZones,
  zone: string,
  { comments }: HetznerExtras,
  call: ApiCall,
): ApiReply {
  requireQuery(call, 'name', 'type', 'label_selector', 'sort', 'page', 'per_page');
  const names = [...new Set(zones.records.filter((record) => record.zone === zone).map(({ name }) => name))];
  const { name } = call.query;
  const asked = name === undefined ? names : names.filter((each) => each === wholeName(name, zone));
  const entries = asked.flatMap((each) =>
    [...new Set(zones.at(each).map(({ type }) => type))].map((type) =>
      rrsetEntry(zones, zone, each, type, comments),
    ),
  );
  return page(call, 'rrsets', entries);
}

function create(zones: EmulatedZones, zone: string, call: ApiCall, start: Start): ApiReply {
  const { name, type, ttl, records } = jsonBody(call, 'name', 'type', 'ttl', 'records');
  if (typeof name !== 'string' || name !== name.toLowerCase() || type !== 'TXT')
    throw new ApiViolation('name or type');
  const whole = wholeName(name, zone);
  if (zones.at(whole, type).length > 0) return refusal(409, 'uniqueness_error', 'rrset already exists');
  const seconds = ttlOf(ttl);
  if (typeof seconds !== 'number') return seconds;
  const values = valuesOf(records).map(({ value }) => value);
  const started = start(() => zones.replace(whole, type, values, seconds));
  return { status: 201, body: { rrset: { name, type, ttl, records }, action: started } };
}

function setRecords(
  zones: EmulatedZones,
  name: string,
  call: ApiCall,
  { comments }: HetznerExtras,
  start: Start,
): ApiReply {
  const records = valuesOf(jsonBody(call, 'records')['records']);
  const ttl = zones.at(name, 'TXT')[0]?.ttl ?? NO_TTL;
  const body = start(() => {
    zones.replace(
      name,
      'TXT',
      records.map(({ value }) => value),
      ttl,
    );
    comments?.clear();
    for (const { value, comment } of records) if (comment !== undefined) comments?.set(value, comment);
  });
  return { status: 201, body: { action: body } };
}

function changeTtl(zones: EmulatedZones, name: string, call: ApiCall, start: Start): ApiReply {
  const ttl = ttlOf(jsonBody(call, 'ttl')['ttl']);
  if (typeof ttl !== 'number') return ttl;
  const body = start(() => {
    for (const record of zones.at(name, 'TXT')) record.ttl = ttl;
  });
  return { status: 201, body: { action: body } };
}

function ttlOf(ttl: unknown): number | ApiReply {
  if (ttl === null) return NO_TTL;
  if (typeof ttl !== 'number') throw new ApiViolation('ttl');
  if (ttl >= 60 && ttl <= 2_147_483_647) return ttl;
  const details = { fields: [{ name: 'ttl', messages: ['must be between 60 and 2147483647'] }] };
  return refusal(422, 'invalid_input', "invalid input in field 'ttl'", details);
}

function valuesOf(records: unknown): readonly { readonly value: string; readonly comment?: string }[] {
  if (!Array.isArray(records) || records.length === 0) throw new ApiViolation('no records');
  return records.map(({ value, comment, ...more }: { value: string; comment?: string }) => {
    const text = unquoteTxt(value);
    if (text === null || Object.keys(more).length > 0) throw new ApiViolation('a record that is none');
    return comment === undefined ? { value: text } : { value: text, comment };
  });
}

function zoneEntry(zones: EmulatedZones, { secondary = [] }: HetznerExtras, name: string): unknown {
  return {
    id: zones.zones.indexOf(name) + 1,
    name,
    created: '2016-01-30T23:55:00Z',
    mode: secondary.includes(name) ? 'secondary' : 'primary',
    labels: {},
    protection: { delete: false },
    ttl: ZONE_TTL,
    status: 'ok',
    record_count: zones.records.length,
    authoritative_nameservers: {
      assigned: ['hydrogen.ns.hetzner.com.', 'oxygen.ns.hetzner.com.', 'helium.ns.hetzner.de.'],
      delegated: [],
      delegation_last_check: null,
      delegation_status: 'unknown',
    },
    registrar: 'other',
  };
}

function rrsetEntry(
  zones: EmulatedZones,
  zone: string,
  name: string,
  type: string,
  comments?: ReadonlyMap<string, string>,
): unknown {
  const label = name === zone ? '@' : name.slice(0, -zone.length - 1);
  const records = zones.at(name, type);
  const ttl = records[0]?.ttl ?? NO_TTL;
  return {
    id: `${label}/${type}`,
    name: label,
    type,
    ttl: ttl === NO_TTL ? null : ttl,
    labels: {},
    protection: { change: false },
    records: records.map(({ value }) => ({
      value: type === 'TXT' ? quoteTxt(value) : value,
      comment: comments?.get(value) ?? '',
    })),
    zone: zones.zones.indexOf(zone) + 1,
  };
}

function page(call: ApiCall, key: string, all: readonly unknown[]): ApiReply {
  const at = Number(call.query['page'] ?? 1);
  const size = Number(call.query['per_page'] ?? PAGE);
  const last = Math.max(1, Math.ceil(all.length / size));
  const pagination = {
    page: at,
    per_page: size,
    previous_page: at > 1 ? at - 1 : null,
    next_page: at < last ? at + 1 : null,
    last_page: last,
    total_entries: all.length,
  };
  return read(call, { [key]: all.slice((at - 1) * size, at * size), meta: { pagination } });
}

function read(call: ApiCall, body: unknown): ApiReply {
  if (call.method !== 'GET') throw new ApiViolation(call.method);
  return { status: 200, body };
}

function action(id: number, status: string, message: string | null): unknown {
  const error = message === null ? null : { code: 'action_failed', message };
  return { id, command: 'set_rrset_records', status, progress: 0, started: '2016-01-30T23:55:00Z', error };
}

function refusal(status: number, code: string, message: string, details: unknown = {}): ApiReply {
  return { status, body: { error: { code, message, details } } };
}

function wholeName(label: string, zone: string): string {
  return label === '@' ? zone : `${label}.${zone}`;
}
