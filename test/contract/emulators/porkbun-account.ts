import { ApiViolation, jsonBody } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedRecord, EmulatedZones } from '../../lab/emulated-zones.js';

export const PORKBUN_KEY = 'pk1_0123456789abcdef0123456789abcdef';
export const PORKBUN_SECRET = 'sk1_fedcba9876543210fedcba9876543210';

const LEAST_TTL = 600;
const DOMAINS_A_PAGE = 1000;

export interface PorkbunQuirks {
  /** Domains whose API access is off. */
  readonly closed?: readonly string[];
  /** As answers were before 2026: no codes. */
  readonly isOld?: boolean;
  /** Numbers are numbers, not text. */
  readonly hasNumbers?: boolean;
  /** Errors come with the status of success. */
  readonly failsWith200?: boolean;
  /** What owners noted, by the value of the record. */
  readonly notes?: Readonly<Record<string, string>>;
}

/** The part of api.porkbun.com/api/json/v3 that has to do with TXT records. */
export function emulatePorkbun(
  zones: EmulatedZones,
  quirks: PorkbunQuirks = {},
): (call: ApiCall) => ApiReply {
  const notes = new Map<string, string>();

  function failed(code: string, message: string): ApiReply {
    const status = quirks.failsWith200 === true ? 200 : 400;
    return { status, body: { status: 'ERROR', message, ...(quirks.isOld === true ? {} : { code }) } };
  }

  function success(body: Readonly<Record<string, unknown>> = {}): ApiReply {
    return { status: 200, body: { status: 'SUCCESS', ...body } };
  }

  function text(number: number): unknown {
    return quirks.hasNumbers === true ? number : String(number);
  }

  function shown(record: EmulatedRecord): Record<string, unknown> {
    const { id, name, type, value, ttl } = record;
    const note = notes.get(id) ?? quirks.notes?.[value] ?? '';
    return { id: text(Number(id)), name, type, content: value, ttl: text(ttl), prio: null, notes: note };
  }

  function listDomains(call: ApiCall): ApiReply {
    const { start } = jsonBody(call, 'apikey', 'secretapikey', 'start?');
    const from = Number(start ?? 0);
    const domains = zones.zones.slice(from, from + DOMAINS_A_PAGE);
    return success({ domains: domains.map((domain) => ({ domain, status: 'ACTIVE', notLocal: 0 })) });
  }

  function retrieve(call: ApiCall, domain: string): ApiReply {
    jsonBody(call, 'apikey', 'secretapikey');
    const records = zones.records.filter((record) => record.zone === domain);
    return success({ cloudflare: 'enabled', records: records.map(shown) });
  }

  function written(call: ApiCall): { name: string; content: string; ttl: number; notes: unknown } {
    const { name, type, content, ttl, notes } = jsonBody(
      call,
      'apikey',
      'secretapikey',
      'name',
      'type',
      'content',
      'ttl',
      'notes?',
    );
    if (type !== 'TXT' || typeof name !== 'string' || typeof content !== 'string') {
      throw new ApiViolation('not a TXT record');
    }
    if (typeof ttl !== 'string' || Number(ttl) < LEAST_TTL) throw new ApiViolation('ttl');
    return { name, content, ttl: Number(ttl), notes };
  }

  function create(call: ApiCall, domain: string): ApiReply {
    const { name, content, ttl } = written(call);
    const record = zones.add(domain, name === '' ? domain : `${name}.${domain}`, 'TXT', content, ttl);
    return success({ id: Number(record.id) });
  }

  /** All fields are replaced; notes that are not sent are gone. */
  function edit(call: ApiCall, domain: string, id: string): ApiReply {
    const { name, content, ttl, notes: note } = written(call);
    const record = zones.byId(id);
    const whole = name === '' ? domain : `${name}.${domain}`;
    if (record?.zone !== domain) return failed('INVALID_RECORD_ID', 'Invalid record ID.');
    if (record.name !== whole) throw new ApiViolation('an edit that moves the record');
    if (record.value === content && record.ttl === ttl) {
      return failed('EDIT_ERROR', 'Edit error: We were unable to edit the DNS record.');
    }
    record.value = content;
    record.ttl = ttl;
    notes.set(id, typeof note === 'string' ? note : '');
    return success();
  }

  return (call) => {
    if (call.method !== 'POST') throw new ApiViolation('method');
    const { apikey, secretapikey } = JSON.parse(call.text) as Record<string, unknown>;
    if (apikey !== PORKBUN_KEY) return failed('INVALID_API_KEYS_001', 'Invalid API key. (001)');
    if (secretapikey !== PORKBUN_SECRET) return failed('INVALID_API_KEYS_002', 'Invalid API key. (002)');
    if (call.path === '/ping') return success({ yourIp: '192.0.2.9' });
    if (call.path === '/domain/listAll') return listDomains(call);
    const [, verb, domain = '', id] =
      /^\/dns\/(retrieve|create|edit)\/([^/]+)(?:\/([^/]+))?$/.exec(call.path) ?? [];
    if (verb === undefined) throw new ApiViolation('path');
    if (!zones.zones.includes(domain)) return failed('INVALID_DOMAIN', 'Invalid domain.');
    if (quirks.closed?.includes(domain) === true) {
      return failed('API_ACCESS_DISABLED', 'Domain is not opted in to API access.');
    }
    if (verb === 'create' && id === undefined) return create(call, domain);
    if (verb === 'edit' && id !== undefined) return edit(call, domain, id);
    if (verb === 'retrieve' && id === undefined) return retrieve(call, domain);
    throw new ApiViolation('path');
  };
}
