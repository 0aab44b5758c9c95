import { quoteTxt, unquoteTxt } from '../../../src/providers/txt-codec.js';
import { ApiViolation, jsonBody, requireQuery } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedZones } from '../../lab/emulated-zones.js';

export const DESEC_TOKEN = 'i-T3b1h_OI-H9ab8tRS98stGtURe';
const MINIMUM_TTL = 3600;
export const NOT_FOUND: ApiReply = { status: 404, body: { detail: 'Not found.' } };

/** deSEC's account as its documentation and its published source describe it. */
export function emulateDesec(zones: EmulatedZones): (call: ApiCall) => ApiReply {
  return (call) => {
    if (call.headers['authorization'] !== `Token ${DESEC_TOKEN}`) {
      return { status: 401, body: { detail: 'Invalid token.' } };
    }
    if (!call.path.endsWith('/')) throw new ApiViolation('no slash at the end');
    const [domains, domain, rrsets, subname, type, ...more] = call.path.slice(1, -1).split('/');
    if (domains !== 'domains' || more.length > 0) throw new ApiViolation('path');
    if (domain === undefined) return responsibleDomain(zones, call);
    if (rrsets !== 'rrsets' || (subname === undefined) !== (type === undefined))
      throw new ApiViolation('path');
    if (!zones.zones.includes(domain)) return NOT_FOUND;
    if (subname === undefined)
      return call.method === 'GET' ? list(zones, domain, call) : create(zones, domain, call);
    const name = wholeName(subname === '@' ? '' : decodeURIComponent(subname), domain);
    return call.method === 'GET' ? one(zones, name, type ?? '', call) : update(zones, name, type ?? '', call);
  };
}

function responsibleDomain(zones: EmulatedZones, call: ApiCall): ApiReply {
  requireQuery(call, 'owns_qname');
  const name = call.query['owns_qname'] ?? '';
  const body = zones.zones.some((zone) => name === zone || name.endsWith(`.${zone}`))
    ? [{ created: '2018-09-18T16:36:16.510368Z', minimum_ttl: MINIMUM_TTL, name: zones.zoneOf(name) }]
    : [];
  return { status: 200, body };
}

function list(zones: EmulatedZones, domain: string, call: ApiCall): ApiReply {
  requireQuery(call, 'subname', 'type');
  const names = zones.records.filter(({ zone }) => zone === domain).map(({ name }) => name);
  const wanted = call.query['subname'];
  const asked = wanted === undefined ? [...new Set(names)] : [wholeName(wanted, domain)];
  return {
    status: 200,
    body: asked.flatMap((name) => typesAt(zones, name).map((type) => rrset(zones, name, type))),
  };
}

function one(zones: EmulatedZones, name: string, type: string, call: ApiCall): ApiReply {
  requireQuery(call);
  return zones.at(name, type).length === 0 ? NOT_FOUND : { status: 200, body: rrset(zones, name, type) };
}

function create(zones: EmulatedZones, domain: string, call: ApiCall): ApiReply {
  if (call.method !== 'POST') throw new ApiViolation(call.method);
  requireQuery(call);
  const { subname, type, ttl, records } = jsonBody(call, 'subname', 'type', 'ttl', 'records');
  if (typeof subname !== 'string' || type !== 'TXT') throw new ApiViolation('subname or type');
  const name = wholeName(subname, domain);
  if (zones.at(name, type).length > 0) {
    const words =
      'Another RRset with the same subdomain and type exists for this domain. (Try modifying it.)';
    return { status: 400, body: { non_field_errors: [words] } };
  }
  return refusal(ttl) ?? put(zones, name, records, ttl, 201);
}

function update(zones: EmulatedZones, name: string, type: string, call: ApiCall): ApiReply {
  if (call.method !== 'PATCH' || type !== 'TXT') throw new ApiViolation(`${call.method} ${type}`);
  requireQuery(call);
  const { records, ttl } = jsonBody(call, 'records', 'ttl?');
  const standing = zones.at(name, type)[0];
  if (standing === undefined) return NOT_FOUND;
  if (ttl !== undefined) return refusal(ttl) ?? put(zones, name, records, ttl, 200);
  return put(zones, name, records, standing.ttl, 200);
}

function refusal(ttl: unknown): ApiReply | null {
  if (typeof ttl !== 'number') throw new ApiViolation('ttl');
  if (ttl >= MINIMUM_TTL && ttl <= 86_400) return null;
  const words = `Ensure this value is ${ttl < MINIMUM_TTL ? 'greater' : 'less'} than or equal to ${ttl < MINIMUM_TTL ? MINIMUM_TTL : 86_400}.`;
  return { status: 400, body: { ttl: [words] } };
}

function put(zones: EmulatedZones, name: string, records: unknown, ttl: unknown, status: number): ApiReply {
  if (!Array.isArray(records) || records.length === 0) throw new ApiViolation('this would delete');
  const values = records.map((record: string) => unquoteTxt(record));
  if (values.includes(null)) {
    return {
      status: 400,
      body: { non_field_errors: ['Cannot parse record contents: Content must be quoted.'] },
    };
  }
  zones.replace(name, 'TXT', values as string[], ttl as number);
  return { status, body: rrset(zones, name, 'TXT') };
}

function typesAt(zones: EmulatedZones, name: string): readonly string[] {
  return [...new Set(zones.at(name).map(({ type }) => type))];
}

function rrset(zones: EmulatedZones, name: string, type: string): unknown {
  const records = zones.at(name, type);
  const domain = zones.zoneOf(name);
  return {
    created: '2019-09-18T16:32:16.510368Z',
    domain,
    subname: name === domain ? '' : name.slice(0, -domain.length - 1),
    name: `${name}.`,
    type,
    records: records.map(({ value }) => (type === 'TXT' ? quoteTxt(value) : `${value}.`)),
    ttl: records[0]?.ttl,
    touched: '2020-04-06T09:24:09.987436Z',
  };
}

function wholeName(subname: string, domain: string): string {
  return subname === '' ? domain : `${subname}.${domain}`;
}
