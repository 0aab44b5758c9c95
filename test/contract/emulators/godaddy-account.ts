import { ApiViolation, requireQuery } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedZones } from '../../lab/emulated-zones.js';

export const GODADDY_KEY = 'e4hN3Y4pDXEA_0123456789abcdef';
export const GODADDY_SECRET = 'Xx1N6bSqjTHs7z5bQ4WJoT';

const LEAST_TTL = 600;
const LONGEST = 1024;

function failed(status: number, code: string, message: string): ApiReply {
  return { status, body: { code, message } };
}

/** The part of api.godaddy.com/v1 that has to do with TXT records. `isQuoted`: their owner gave them with quotes. */
export function emulateGodaddy(
  zones: EmulatedZones,
  { isQuoted = false }: { readonly isQuoted?: boolean } = {},
): (call: ApiCall) => ApiReply {
  const wholeName = (domain: string, name: string): string => (name === '@' ? domain : `${name}.${domain}`);

  function list(domain: string, type: string, name: string): ApiReply {
    const records = zones
      .at(wholeName(domain, name), type)
      .filter((record) => record.zone === domain)
      .map(({ value, ttl }) => {
        const data = isQuoted && type === 'TXT' ? `"${value}"` : value;
        return { data, name, ttl, type };
      });
    return { status: 200, body: records };
  }

  function replace(call: ApiCall, domain: string, name: string): ApiReply {
    const records: unknown = JSON.parse(call.text);
    if (!Array.isArray(records) || records.length === 0) throw new ApiViolation('no list of records');
    const given = records.map((record: unknown) => {
      const { data, ttl, ...others } = record as Record<string, unknown>;
      if (typeof data !== 'string' || Object.keys(others).length > 0) throw new ApiViolation('a record');
      return { data: /^"(.*)"$/.exec(data)?.[1] ?? data, ttl: Number(ttl) };
    });
    if (given.some(({ ttl }) => !(ttl >= LEAST_TTL))) {
      const fields = [{ code: 'MIN', message: 'must be at least 600', path: 'records[0].ttl' }];
      const message = "Request body doesn't fulfill schema, see details in `fields`";
      return { status: 422, body: { code: 'INVALID_BODY', message, fields } };
    }
    if (given.some(({ data }) => data.length > LONGEST || /[^ -~]/.test(data))) {
      return failed(422, 'INVALID_BODY', 'the data is too long or not ASCII');
    }
    const whole = wholeName(domain, name);
    zones.remove(zones.at(whole, 'TXT'));
    for (const { data, ttl } of given) zones.add(domain, whole, 'TXT', data, ttl);
    return { status: 200 };
  }

  return (call) => {
    if (call.headers['authorization'] !== `sso-key ${GODADDY_KEY}:${GODADDY_SECRET}`) {
      return failed(401, 'UNABLE_TO_AUTHENTICATE', 'Unauthorized : Could not authenticate API key/secret');
    }
    if (call.path === '/v1/domains')
      return failed(403, 'ACCESS_DENIED', 'Authenticated user is not allowed access');
    requireQuery(call);
    const [, domain, type, label] =
      /^\/v1\/domains\/([^/]+)\/records\/([A-Z]+)\/([^/]+)$/.exec(call.path) ?? [];
    if (domain === undefined || type === undefined || label === undefined) throw new ApiViolation('path');
    if (!domain.includes('.') || domain.startsWith('_')) throw new ApiViolation('no domain of a registrar');
    if (!zones.zones.includes(domain)) {
      const message = 'The given domain is not registered, or does not have a zone file';
      return failed(404, 'UNKNOWN_DOMAIN', message);
    }
    if (call.method === 'GET') return list(domain, type, decodeURIComponent(label));
    if (call.method === 'PUT' && type === 'TXT') return replace(call, domain, decodeURIComponent(label));
    throw new ApiViolation('method');
  };
}
