import { createPublicKey, verify } from 'node:crypto';
import { ApiViolation, jsonBody, requireQuery } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedZones } from '../../lab/emulated-zones.js';

export const PROJECT = 'mail-team-1';
export const ACCESS_TOKEN = 'ya29.access-token-canary';
const SCOPE = 'https://www.googleapis.com/auth/ndev.clouddns.readwrite';
const PAGE = 100;

/** What a project holds beside its plain public zones. */
export interface GoogleExtras {
  readonly privateZones?: readonly string[];
  /** Names of which there are two public zones. */
  readonly twins?: readonly string[];
  /** Names whose TXT set follows a routing policy. */
  readonly routed?: readonly string[];
}

interface RecordSet {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly rrdatas: readonly string[];
}

/** Google's token endpoint: tokens for requests signed with the key of one service account (RFC 7523 2.1). */
export function emulateTokens(publicKeyPem: string, email: string): (call: ApiCall) => ApiReply {
  return (call) => {
    const form = new URLSearchParams(call.text);
    const isForm = call.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    if (call.method !== 'POST' || call.path !== '/token' || isForm !== true)
      throw new ApiViolation('request');
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      throw new ApiViolation('grant type');
    const [header = '', payload = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (claims.scope !== SCOPE || claims.aud !== 'https://oauth2.googleapis.com/token')
      throw new ApiViolation('claims');
    if (claims.iss !== email) return invalidGrant('Invalid grant: account not found');
    const signed = Buffer.from(`${header}.${payload}`);
    const key = createPublicKey(publicKeyPem);
    if (!verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url')))
      return invalidGrant('Invalid JWT Signature.');
    return { status: 200, body: { access_token: ACCESS_TOKEN, expires_in: 3599, token_type: 'Bearer' } };
  };
}

function invalidGrant(description: string): ApiReply {
  return { status: 400, body: { error: 'invalid_grant', error_description: description } };
}

/** Cloud DNS as the reference of its v1 API has it. */
export function emulateGoogle(zones: EmulatedZones, extras: GoogleExtras = {}): (call: ApiCall) => ApiReply {
  const managed = managedZones(zones, extras);
  const polled = new Set<string>();
  let changes = 0;

  function setsOf(zone: string): readonly RecordSet[] {
    const sets = new Map<string, RecordSet & { readonly rrdatas: string[] }>();
    for (const { name, type, value, ttl, zone: holder } of zones.records) {
      if (holder !== zone) continue;
      const set = sets.get(`${name} ${type}`) ?? { name: `${name}.`, type, ttl, rrdatas: [] };
      set.rrdatas.push(type === 'TXT' ? quoted(value) : value);
      sets.set(`${name} ${type}`, set);
    }
    return [...sets.values()];
  }

  function change(call: ApiCall, zone: { readonly dnsName: string }): ApiReply {
    requireQuery(call);
    const { additions, deletions = [] } = jsonBody(call, 'additions', 'deletions?') as {
      additions: readonly RecordSet[];
      deletions?: readonly RecordSet[];
    };
    const standing = setsOf(bare(zone.dnsName));
    const find = (wanted: RecordSet) =>
      standing.find((set) => set.name === wanted.name && set.type === wanted.type);
    for (const [at, set] of [...deletions, ...additions].entries()) {
      if (Object.keys(set).toSorted().join() !== 'name,rrdatas,ttl,type')
        throw new ApiViolation('record set');
      if (!set.name.endsWith(zone.dnsName)) throw new ApiViolation('outside the zone');
      if (set.rrdatas.some((data) => decoded(data) === null))
        return problem(400, 'invalid', `Invalid value for 'entity.change.additions[${at}].rrdata[0]'`);
    }
    for (const [at, set] of deletions.entries()) {
      if (find(set) === undefined)
        return problem(
          404,
          'notFound',
          `The 'entity.change.deletions[${at}]' resource named '${set.name} (${set.type})' does not exist.`,
        );
      if (!isSame(find(set), set))
        return problem(412, 'conditionNotMet', `Precondition not met for 'entity.change.deletions[${at}]'`);
    }
    for (const [at, set] of additions.entries()) {
      if (find(set) !== undefined && !deletions.some((gone) => gone.name === set.name))
        return problem(
          409,
          'alreadyExists',
          `The resource 'entity.change.additions[${at}]' named '${set.name} (${set.type})' already exists`,
        );
    }
    for (const set of deletions) zones.remove(zones.at(set.name, set.type));
    for (const set of additions) {
      for (const data of set.rrdatas)
        zones.add(bare(zone.dnsName), bare(set.name), set.type, decoded(data) ?? '', set.ttl);
    }
    changes += 1;
    return { status: 200, body: changeBody(String(changes), 'pending', { additions, deletions }) };
  }

  function status(call: ApiCall, id: string): ApiReply {
    requireQuery(call);
    if (Number(id) > changes)
      return problem(404, 'notFound', `The 'parameters.changeId' resource named '${id}' does not exist.`);
    const isLater = polled.has(id);
    polled.add(id);
    return { status: 200, body: changeBody(id, isLater ? 'done' : 'pending') };
  }

  return (call) => {
    if (call.headers['authorization'] !== `Bearer ${ACCESS_TOKEN}`)
      return problem(401, 'authError', 'Request had invalid authentication credentials.');
    const parts = call.path.split('/').slice(1);
    const [api, version, projects, project, collection, id, part, item] = parts;
    if ([api, version, projects, collection].join('/') !== 'dns/v1/projects/managedZones')
      throw new ApiViolation('path');
    if (project !== PROJECT) return problem(403, 'forbidden', `The caller does not have permission`);
    if (id === undefined) return listZones(call, managed);
    const zone = managed.find((one) => one.name === id);
    if (zone === undefined)
      return problem(404, 'notFound', `The 'parameters.managedZone' resource named '${id}' does not exist.`);
    const request = `${call.method} ${part ?? ''}${item === undefined ? '' : '/'}`;
    if (request === 'GET ') return { status: 200, body: zone };
    if (request === 'GET rrsets') return listSets(call, setsOf(bare(zone.dnsName)), extras);
    if (request === 'POST changes') return change(call, zone);
    if (request === 'GET changes/') return status(call, item ?? '');
    throw new ApiViolation('unknown');
  };
}

function managedZones(zones: EmulatedZones, extras: GoogleExtras) {
  const zone = (dnsName: string, suffix: string, visibility?: string) => ({
    kind: 'dns#managedZone',
    id: '7734',
    name: `${dnsName.replaceAll('.', '-')}${suffix}`,
    dnsName: `${dnsName}.`,
    description: '',
    nameServers:
      visibility === 'private'
        ? undefined
        : ['ns-cloud-a1.googledomains.com.', 'NS-cloud-a2.googledomains.com.'],
    ...(visibility === undefined ? {} : { visibility }),
  });
  return [
    ...(extras.privateZones ?? []).map((name, at) => zone(name, `-private${at}`, 'private')),
    ...zones.zones.map((name, at) => zone(name, '', at % 2 === 0 ? 'public' : undefined)),
    ...(extras.twins ?? []).map((name) => zone(name, '-twin', 'public')),
  ];
}

function listZones(call: ApiCall, managed: ReturnType<typeof managedZones>): ApiReply {
  requireQuery(call, 'dnsName', 'maxResults', 'pageToken');
  const { dnsName } = call.query;
  const matching = managed.filter((zone) => dnsName === undefined || zone.dnsName === dnsName);
  const { items, nextPageToken } = page(call, matching);
  return { status: 200, body: { kind: 'dns#managedZonesListResponse', managedZones: items, nextPageToken } };
}

function listSets(call: ApiCall, sets: readonly RecordSet[], extras: GoogleExtras): ApiReply {
  requireQuery(call, 'name', 'type', 'maxResults', 'pageToken');
  const { name, type } = call.query;
  if (type !== undefined && name === undefined)
    return problem(400, 'required', "Required parameter is missing: 'name'");
  const matching = sets
    .filter((set) => (name === undefined || set.name === name) && (type ?? set.type) === set.type)
    .map((set) =>
      extras.routed?.includes(bare(set.name)) ? routed(set) : { kind: 'dns#resourceRecordSet', ...set },
    );
  const { items, nextPageToken } = page(call, matching);
  return { status: 200, body: { kind: 'dns#resourceRecordSetsListResponse', rrsets: items, nextPageToken } };
}

function routed({ name, type, ttl }: RecordSet) {
  return { name, type, ttl, routingPolicy: { kind: 'dns#rRSetRoutingPolicy', wrr: { items: [] } } };
}

function page<Item>(call: ApiCall, all: readonly Item[]) {
  const from = Number(call.query['pageToken'] ?? 0);
  const most = Math.min(Number(call.query['maxResults'] ?? PAGE), PAGE);
  const nextPageToken = from + most < all.length ? String(from + most) : undefined;
  return { items: all.slice(from, from + most), nextPageToken };
}

function changeBody(id: string, status: string, more: object = {}): object {
  return { kind: 'dns#change', id, status, startTime: '2026-01-01T00:00:00.000Z', ...more };
}

/** An error as Google's APIs write it. */
export function problem(status: number, reason: string, message: string): ApiReply {
  const errors = [{ message, domain: 'global', reason }];
  return { status, body: { error: { code: status, message, errors } } };
}

function isSame(standing: RecordSet | undefined, given: RecordSet): boolean {
  return (
    standing?.ttl === given.ttl &&
    standing.rrdatas.toSorted().join('\n') === given.rrdatas.toSorted().join('\n')
  );
}

function bare(name: string): string {
  return name.replace(/\.$/, '');
}

function quoted(value: string): string {
  const strings = value === '' ? [''] : (value.match(/[^]{1,255}/g) ?? []);
  return strings.map((string) => `"${string.replaceAll(/["\\]/g, '\\$&')}"`).join(' ');
}

/** Null: Cloud DNS would not take it. */
function decoded(text: string): string | null {
  if (/[^ -~]/.test(text)) return null;
  if (!/^"(?:[^"\\]|\\["\\])*"(?: "(?:[^"\\]|\\["\\])*")*$/.test(text)) return null;
  const strings = [...text.matchAll(/"((?:[^"\\]|\\["\\])*)"/g)].map(([, inner = '']) =>
    inner.replaceAll(/\\(["\\])/g, '$1'),
  );
  return strings.some((string) => string.length > 255) ? null : strings.join('');
}
