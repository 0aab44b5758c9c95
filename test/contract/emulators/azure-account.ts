import { createHash } from 'node:crypto';
import { ApiViolation, jsonBody, requireQuery } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedZones } from '../../lab/emulated-zones.js';

export const SUBSCRIPTION = '11111111-2222-3333-4444-555555555555';
export const TENANT = '99999999-8888-7777-6666-555555555555';
export const CLIENT = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
export const GROUP = 'mail-rg';
export const ACCESS_TOKEN = 'eyJ0eXAiOiJKV1QiLCJhbGciOi.access-token-canary';
const PAGE = 100;

/** What a subscription holds beside its plain public zones. */
export interface AzureExtras {
  /** Zones of other resource groups: `[group, zone, zoneType]`. */
  readonly elsewhere?: readonly (readonly [string, string, 'Public' | 'Private'])[];
  /** Metadata of TXT sets, by name; changes with them. */
  readonly metadata?: Map<string, Readonly<Record<string, string>>>;
  /** Names with a TXT set that has no records. */
  readonly emptySets?: readonly string[];
  /** Another start of the addresses of further pages. */
  readonly linkBase?: string;
}

/** The token endpoint of a tenant: client credentials (v2.0). */
export function emulateLogin(secret: string): (call: ApiCall) => ApiReply {
  return (call) => {
    const form = Object.fromEntries(new URLSearchParams(call.text));
    if (call.method !== 'POST' || call.path !== `/${TENANT}/oauth2/v2.0/token`)
      throw new ApiViolation('request');
    const keys = 'client_id,client_secret,grant_type,scope';
    if (Object.keys(form).toSorted().join() !== keys || form['grant_type'] !== 'client_credentials')
      throw new ApiViolation('form');
    if (!form['scope']?.endsWith('/.default')) throw new ApiViolation('scope');
    if (form['client_id'] === CLIENT && form['client_secret'] === secret)
      return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: ACCESS_TOKEN } };
    const error_description = `AADSTS7000215: Invalid client secret provided: ${form['client_secret']}`;
    const body = { error: 'invalid_client', error_description, error_codes: [7000215] };
    return { status: 401, body, headers: { 'www-authenticate': 'Bearer realm=""' } };
  };
}

/** The identity endpoint of a machine. */
export function emulateIdentity(call: ApiCall): ApiReply {
  requireQuery(call, 'api-version', 'resource', 'client_id');
  if (call.method !== 'GET' || call.path !== '/metadata/identity/oauth2/token')
    throw new ApiViolation('path');
  if (call.headers['metadata'] !== 'true' || call.query['api-version'] !== '2018-02-01')
    throw new ApiViolation('metadata header');
  const known = call.query['client_id'] === undefined || call.query['client_id'] === CLIENT;
  if (!known)
    return { status: 400, body: { error: 'invalid_request', error_description: 'Identity not found' } };
  const token = { access_token: ACCESS_TOKEN, expires_in: '86399', token_type: 'Bearer' };
  return { status: 200, body: { ...token, resource: call.query['resource'], client_id: CLIENT } };
}

interface TxtProperties {
  readonly TTL: number;
  readonly TXTRecords: readonly { readonly value: readonly string[] }[];
  readonly metadata?: Readonly<Record<string, string>>;
}

interface Held {
  readonly group: string;
  readonly name: string;
  readonly zoneType: string;
}

/** Azure Resource Manager with the DNS zones of a subscription, as the REST reference of 2018-05-01 has them. */
export function emulateAzure(zones: EmulatedZones, extras: AzureExtras = {}): (call: ApiCall) => ApiReply {
  const { metadata = new Map<string, Readonly<Record<string, string>>>() } = extras;
  const held: readonly Held[] = [
    ...(extras.elsewhere ?? []).map(([group, name, zoneType]) => ({ group, name, zoneType })),
    ...zones.zones.map((name) => ({ group: GROUP, name, zoneType: 'Public' })),
  ];

  function txtSet(zone: Held, relative: string): { readonly etag: string; readonly body: object } | null {
    const name = fullName(zone, relative);
    const records = zones.at(name, 'TXT');
    if (records.length === 0 && !extras.emptySets?.includes(name)) return null;
    const state = JSON.stringify([records, metadata.get(name)]);
    const hash = createHash('md5').update(state).digest('hex');
    const etag = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-${hash.slice(12, 16)}-${hash.slice(16, 20)}-${hash.slice(20)}`;
    const body = {
      id: `${zoneId(zone)}/TXT/${relative}`,
      name: relative,
      type: 'Microsoft.Network/dnszones/TXT',
      etag,
      properties: {
        fqdn: `${name}.`,
        ...(metadata.has(name) ? { metadata: metadata.get(name) } : {}),
        TTL: records[0]?.ttl ?? 3600,
        TXTRecords: records.map(({ value }) => ({ value: value.match(/[^]{1,255}/g) ?? [''] })),
        targetResource: {},
        provisioningState: 'Succeeded',
      },
    };
    return { etag, body };
  }

  function put(call: ApiCall, zone: Held, relative: string): ApiReply {
    requireQuery(call, 'api-version');
    const { properties } = jsonBody(call, 'properties') as { properties: TxtProperties };
    const { TTL, TXTRecords, metadata: labels, ...unknown } = properties;
    if (Object.keys(unknown).length > 0) throw new ApiViolation(`properties ${Object.keys(unknown).join()}`);
    const { 'if-match': match, 'if-none-match': noneMatch } = call.headers;
    if ((match === undefined) === (noneMatch === undefined)) throw new ApiViolation('no condition');
    const name = fullName(zone, relative);
    const standing = txtSet(zone, relative);
    if (zones.at(name, 'CNAME').length > 0)
      return problem(
        409,
        'Conflict',
        `The record could not be created because a CNAME record with the same name already exists in this zone.`,
      );
    if (noneMatch === '*' && standing !== null)
      return problem(
        412,
        'PreconditionFailed',
        `The condition '*' in the If-None-Match header was not satisfied.`,
      );
    if (match !== undefined && match !== standing?.etag)
      return problem(
        412,
        'PreconditionFailed',
        `The condition '${match}' in the If-Match header was not satisfied. The current was '${standing?.etag ?? ''}'.`,
      );
    const texts: readonly (readonly string[])[] = TXTRecords.map(({ value }) => value);
    const tooLong = texts.flat().find((text) => text.length > 255 || /[^ -~]/.test(text));
    if (tooLong !== undefined)
      return problem(400, 'BadRequest', `The value '${tooLong}' for the TXT record is not valid.`);
    if (texts.flat().join('').length > 4096)
      return problem(
        400,
        'BadRequest',
        'The combined length of all TXT records in a record set may not exceed 4096 characters.',
      );
    if (!Number.isInteger(TTL) || TTL < 1) return problem(400, 'BadRequest', 'The TTL is not valid.');
    zones.remove(zones.at(name, 'TXT'));
    for (const text of texts) zones.add(zone.name, name, 'TXT', text.join(''), TTL);
    if (labels === undefined) metadata.delete(name);
    else metadata.set(name, labels);
    return { status: standing === null ? 201 : 200, body: txtSet(zone, relative)?.body };
  }

  function list(call: ApiCall, group: string | null): ApiReply {
    requireQuery(call, 'api-version', '$top', '$skiptoken');
    const from = Number(call.query['$skiptoken'] ?? 0);
    const most = Math.min(Number(call.query['$top'] ?? PAGE), PAGE);
    const all = held.filter((zone) => group === null || zone.group.toLowerCase() === group.toLowerCase());
    const base = extras.linkBase ?? `http://${call.headers['host']}`;
    const link = `${base}${call.path}?api-version=2018-05-01&$skiptoken=${from + most}`;
    const value = all.slice(from, from + most).map(zoneBody);
    return { status: 200, body: { value, ...(from + most < all.length ? { nextLink: link } : {}) } };
  }

  return (call) => {
    if (call.headers['authorization'] !== `Bearer ${ACCESS_TOKEN}`)
      return armProblem(401, 'InvalidAuthenticationToken', 'The access token is invalid.');
    if (call.query['api-version'] !== '2018-05-01') throw new ApiViolation('api-version');
    const path = decodeURIComponent(call.path);
    const shape =
      /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?\/providers\/Microsoft\.Network\/dnsZones(?:\/([^/]+))?(?:\/(TXT|CNAME)\/([^/]+))?$/i;
    const [, subscription, group, name, type, relative = ''] = shape.exec(path) ?? [];
    if (subscription !== SUBSCRIPTION) throw new ApiViolation('path');
    if (name === undefined) return list(call, group ?? null);
    const zone = held.find((one) => one.group === group && one.name === name);
    if (zone === undefined)
      return armProblem(
        404,
        type === undefined ? 'ResourceNotFound' : 'ParentResourceNotFound',
        `The Resource 'Microsoft.Network/dnszones/${name}' under resource group '${group}' was not found.`,
      );
    if (type === undefined && call.method === 'GET') return { status: 200, body: zoneBody(zone) };
    if (type === 'TXT' && call.method === 'PUT') return put(call, zone, relative);
    if (call.method !== 'GET' || type === undefined) throw new ApiViolation('unknown');
    const txt = txtSet(zone, relative);
    if (type === 'TXT' && txt !== null) return { status: 200, body: txt.body };
    const alias = zones.at(fullName(zone, relative), 'CNAME')[0];
    if (type === 'CNAME' && alias !== undefined)
      return {
        status: 200,
        body: {
          name: relative,
          etag: 'x',
          properties: { TTL: alias.ttl, CNAMERecord: { cname: alias.value } },
        },
      };
    return problem(
      404,
      'NotFound',
      `The resource record '${relative}' does not exist in resource group '${group}' of subscription '${subscription}'.`,
    );
  };
}

function zoneId({ group, name }: Held): string {
  return `/subscriptions/${SUBSCRIPTION}/resourceGroups/${group}/providers/Microsoft.Network/dnszones/${name}`;
}

function zoneBody(zone: Held): object {
  const nameServers = ['ns1-01.azure-dns.com.', 'NS2-01.azure-dns.net.'];
  return {
    id: zoneId(zone),
    name: zone.name,
    type: 'Microsoft.Network/dnszones',
    etag: '00000002-0000-0000-5ede-e1e3aa60d901',
    location: 'global',
    tags: {},
    properties: {
      maxNumberOfRecordSets: 10_000,
      nameServers,
      numberOfRecordSets: 4,
      zoneType: zone.zoneType,
    },
  };
}

function fullName(zone: Held, relative: string): string {
  return relative === '@' ? zone.name : `${relative}.${zone.name}`;
}

/** An error of Azure DNS itself. */
export function problem(status: number, code: string, message: string): ApiReply {
  return { status, body: { code, message } };
}

/** An error of the Resource Manager before it. */
export function armProblem(status: number, code: string, message: string): ApiReply {
  return { status, body: { error: { code, message } } };
}
