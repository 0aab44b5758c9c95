import { quoteTxt, unquoteTxt } from '../../../src/providers/txt-codec.js';
import { ApiViolation, jsonBody, requireQuery } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedZones } from '../../lab/emulated-zones.js';

export const GANDI_TOKEN = 'pat_0123456789abcdef-canary-456789';
const PAGE = 100;

/** Gandi's account as its reference and clients of it describe it: LiveDNS, version 5. */
export function emulateGandi(zones: EmulatedZones): (call: ApiCall) => ApiReply {
  return (call) => {
    if (call.headers['authorization'] !== `Bearer ${GANDI_TOKEN}`) {
      return complaint(
        401,
        'HTTPUnauthorized',
        'The server could not verify that you authorized to access it.',
      );
    }
    const [domains, domain, what, label, type, ...more] = call.path
      .slice(1)
      .split('/')
      .map(decodeURIComponent);
    if (domains !== 'domains' || more.length > 0) throw new ApiViolation('path');
    if (domain === undefined) return listDomains(zones, call);
    requireQuery(call);
    if (!zones.zones.includes(domain)) return notFound('HTTPNotFound', 'The resource could not be found.');
    if (what === undefined) return read(call, { fqdn: domain, automatic_snapshot: true });
    if (what === 'nameservers' && label === undefined) {
      return read(call, ['ns-12-a.gandi.net', 'ns-34-b.gandi.net', 'ns-56-c.gandi.net']);
    }
    if (what !== 'records' || label === undefined) throw new ApiViolation('path');
    const name = label === '@' ? domain : `${label}.${domain}`;
    return type === undefined ? atName(zones, name, label, call) : putRRset(zones, name, type, call);
  };
}

function listDomains(zones: EmulatedZones, call: ApiCall): ApiReply {
  requireQuery(call, 'page', 'per_page', 'sharing_id');
  const page = Number(call.query['page'] ?? 1);
  const size = Number(call.query['per_page'] ?? PAGE);
  const body = zones.zones.slice((page - 1) * size, page * size).map((fqdn) => ({
    fqdn,
    domain_href: `https://api.gandi.net/v5/domain/domains/${fqdn}`,
    domain_records_href: `https://api.gandi.net/v5/livedns/domains/${fqdn}/records`,
  }));
  const next = `<https://api.gandi.net/v5/livedns/domains?page=${page + 1}>; rel="next"`;
  const links = page * size < zones.zones.length ? { link: next } : {};
  return { ...read(call, body), headers: { 'total-count': String(zones.zones.length), ...links } };
}

function atName(zones: EmulatedZones, name: string, label: string, call: ApiCall): ApiReply {
  const types = [...new Set(zones.at(name).map(({ type }) => type))];
  if (types.length === 0) return notFound('dns-record', `Can't find the DNS record ${label} in the zone`);
  return read(
    call,
    types.map((type) => ({
      rrset_name: label,
      rrset_type: type,
      rrset_ttl: zones.at(name, type)[0]?.ttl,
      rrset_values: zones.at(name, type).map(({ value }) => (type === 'TXT' ? quoteTxt(value) : value)),
      rrset_href: `https://api.gandi.net/v5/livedns/domains/${zones.zoneOf(name)}/records/${label}/${type}`,
    })),
  );
}

function putRRset(zones: EmulatedZones, name: string, type: string, call: ApiCall): ApiReply {
  if (call.method !== 'PUT' || type !== 'TXT') throw new ApiViolation(`${call.method} ${type}`);
  const { rrset_ttl: ttl, rrset_values: contents } = jsonBody(call, 'rrset_ttl', 'rrset_values');
  if (!Array.isArray(contents) || contents.length === 0) throw new ApiViolation('no values');
  if (typeof ttl !== 'number') throw new ApiViolation('ttl');
  if (ttl < 300 || ttl > 2_592_000) return fieldError('rrset_ttl', `${ttl} is not between 300 and 2592000`);
  const values = contents.map((content: string) => unquoteTxt(content));
  if (values.includes(null)) throw new ApiViolation('LiveDNS would quote this by itself');
  zones.replace(name, type, values as string[], ttl);
  return { status: 201, body: { message: 'DNS Record Created' } };
}

function read(call: ApiCall, body: unknown): ApiReply {
  if (call.method !== 'GET') throw new ApiViolation(call.method);
  return { status: 200, body };
}

function complaint(status: number, object: string, message: string): ApiReply {
  return { status, body: { code: status, message, object, cause: 'as it says' } };
}

function notFound(object: string, message: string): ApiReply {
  return complaint(404, object, message);
}

function fieldError(name: string, description: string): ApiReply {
  return { status: 400, body: { status: 'error', errors: [{ location: 'body', name, description }] } };
}
