import { createHash } from 'node:crypto';
import { XMLParser } from 'fast-xml-parser';
import { ApiViolation, requireQuery } from '../../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../../lab/api-emulator.js';
import type { EmulatedZones } from '../../lab/emulated-zones.js';

export const ACCESS_KEY_ID = 'AKIAEXAMPLE000000001';
export const SESSION_TOKEN = 'IQoJb3JpZ2luX2VjEXAMPLE//session==';

/** What an account holds beside its plain public zones. */
export interface Route53Extras {
  /** Private zones, by name. */
  readonly privateZones?: readonly string[];
  /** Names of which there are two public zones. */
  readonly twins?: readonly string[];
  /** Text put into the record set of a name: a routing policy, an alias target. */
  readonly policies?: ReadonlyMap<string, string>;
  /** Names with a record set protection. */
  readonly protectedNames?: readonly string[];
  /** A batch is refused as the reference of the action shows it, not as most answers come. */
  readonly refusesPlainly?: boolean;
  /** Nothing may list the name servers. */
  readonly hidesZones?: boolean;
}

interface HostedZone {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
}

/** A change as the request's XML has it. */
interface SentChange {
  readonly Action: string;
  readonly ResourceRecordSet: {
    readonly Name: string;
    readonly Type: string;
    readonly TTL: string;
    readonly ResourceRecords: { readonly ResourceRecord: readonly { readonly Value: string }[] };
  };
}

interface RecordSet {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly values: readonly string[];
}

const XMLNS = 'xmlns="https://route53.amazonaws.com/doc/2013-04-01/"';
const LISTS = ['Change', 'ResourceRecord'];
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  isArray: (name) => LISTS.includes(name),
});

/** Amazon Route 53 as its API reference of 2013-04-01 has it: REST, XML, SigV4. */
export function emulateRoute53(
  zones: EmulatedZones,
  extras: Route53Extras = {},
): (call: ApiCall) => ApiReply {
  const hosted = hostedZones(zones, extras);
  const polled = new Set<string>();
  let changes = 0;

  function change(call: ApiCall, zone: HostedZone): ApiReply {
    requireQuery(call);
    const batch = batchOf(call);
    const complaints = batch.flatMap(({ action, set }) => complaintsOf(action, set, zone));
    if (complaints.length > 0 && extras.refusesPlainly === true) return batchRefusal(complaints);
    if (complaints.length > 0) return refusal(400, 'InvalidChangeBatch', `[${complaints.join(', ')}]`);
    for (const { action, set } of batch) {
      if (action === 'DELETE') zones.remove(zones.at(set.name, set.type));
      else
        for (const value of set.values)
          zones.add(zone.name, set.name, set.type, decoded(value) ?? '', set.ttl);
    }
    changes += 1;
    return xml('ChangeResourceRecordSetsResponse', changeInfo(`/change/C${changes}`, 'PENDING'));
  }

  /** All changes of a batch are judged against what it has done so far: a CREATE may follow the DELETE of the same name. */
  function complaintsOf(action: string, set: RecordSet, zone: HostedZone): readonly string[] {
    const what = `resource record set [name='${set.name}.', type='${set.type}']`;
    if (extras.protectedNames?.includes(set.name)) return [`The ${what} is protected: keep out`];
    if (!set.name.endsWith(zone.name)) return [`RRSet with DNS name ${set.name}. is not permitted in zone`];
    const wrong = set.values.find((value) => decoded(value) === null || tooLong(value));
    if (wrong !== undefined)
      return [`Invalid Resource Record: FATAL problem: InvalidCharacterString (${wrong})`];
    const standing = setsOf(zones, zone.name).find((one) => one.name === set.name && one.type === set.type);
    if (action === 'DELETE') {
      if (standing === undefined) return [`Tried to delete ${what} but it was not found`];
      const isSame =
        standing.ttl === set.ttl && standing.values.toSorted().join() === set.values.toSorted().join();
      return isSame
        ? []
        : [`Tried to delete ${what} but the values provided do not match the current values`];
    }
    const isReplaced = current.some((one) => one.action === 'DELETE' && one.set.name === set.name);
    return standing === undefined || isReplaced ? [] : [`Tried to create ${what} but it already exists`];
  }

  let current: readonly { readonly action: string; readonly set: RecordSet }[] = [];
  function batchOf(call: ApiCall): typeof current {
    if (call.headers['content-type'] !== 'application/xml') throw new ApiViolation('content type');
    const { ChangeResourceRecordSetsRequest: request } = parser.parse(call.text);
    const list: readonly SentChange[] = request?.ChangeBatch?.Changes?.Change ?? [];
    if (list.length === 0) throw new ApiViolation('ChangeBatch is not valid');
    current = list.map(({ Action, ResourceRecordSet: set, ...rest }) => {
      if (Object.keys(rest).length > 0) throw new ApiViolation(`change: ${Object.keys(rest).join()}`);
      if (!['CREATE', 'DELETE'].includes(Action)) throw new ApiViolation(`action ${Action}`);
      if (Object.keys(set).join() !== 'Name,Type,TTL,ResourceRecords') throw new ApiViolation('record set');
      const values = set.ResourceRecords.ResourceRecord.map(({ Value }) => Value);
      return { action: Action, set: { name: bare(set.Name), type: set.Type, ttl: Number(set.TTL), values } };
    });
    return current;
  }

  function status(call: ApiCall, id: string): ApiReply {
    requireQuery(call);
    if (Number(id.slice(1)) > changes) return refusal(404, 'NoSuchChange', `Could not find resource ${id}`);
    const isLater = polled.has(id);
    polled.add(id);
    return xml('GetChangeResponse', changeInfo(`/change/${id}`, isLater ? 'INSYNC' : 'PENDING'));
  }

  return (call) => {
    const refused = refusedCredential(call);
    if (refused !== null) return refused;
    const [version, resource, id = '', part] = call.path.split('/').slice(1);
    if (version !== '2013-04-01') throw new ApiViolation('version');
    if (call.method === 'GET' && resource === 'hostedzonesbyname') return listZones(call, hosted);
    if (call.method === 'GET' && resource === 'change') return status(call, id);
    const zone = hosted.find((one) => one.id === id);
    if (resource !== 'hostedzone') throw new ApiViolation('resource');
    if (zone === undefined) return refusal(404, 'NoSuchHostedZone', `No hosted zone found with ID: ${id}`);
    if (part === 'rrset' && call.method === 'GET') return listSets(call, setsOf(zones, zone.name), extras);
    if (part === 'rrset' && call.method === 'POST') return change(call, zone);
    if (part !== undefined || call.method !== 'GET') throw new ApiViolation('unknown');
    if (extras.hidesZones === true) return refusal(403, 'AccessDenied', 'not authorized to GetHostedZone');
    const servers = zone.isPrivate
      ? ''
      : '<DelegationSet><NameServers><NameServer>ns-1.awsdns-01.org</NameServer><NameServer>NS-2.awsdns-02.com.</NameServer></NameServers></DelegationSet>';
    return xml('GetHostedZoneResponse', `${zoneXml(zone)}${servers}`);
  };
}

/** STS: gives the keys that the account knows to whoever may assume the role. */
export function emulateSts(
  callerKeyId: string,
  role: string,
  externalId: string,
): (call: ApiCall) => ApiReply {
  return ({ method, path, headers, text }) => {
    const form = Object.fromEntries(new URLSearchParams(text));
    const keys = 'Action,DurationSeconds,ExternalId,RoleArn,RoleSessionName,Version';
    if (method !== 'POST' || path !== '/' || Object.keys(form).toSorted().join() !== keys)
      throw new ApiViolation('form');
    if (form['Action'] !== 'AssumeRole' || form['Version'] !== '2011-06-15') throw new ApiViolation('action');
    if (
      !/us-east-1\/sts\/aws4_request, SignedHeaders=content-type;host;/.test(headers['authorization'] ?? '')
    )
      throw new ApiViolation('signature');
    if (!headers['authorization']?.includes(`Credential=${callerKeyId}/`))
      return refusal(403, 'InvalidClientTokenId', 'The security token included in the request is invalid');
    if (form['RoleArn'] !== role || form['ExternalId'] !== externalId)
      return refusal(403, 'AccessDenied', `not authorized to perform: sts:AssumeRole on ${form['RoleArn']}`);
    const expiration = new Date(Date.now() + Number(form['DurationSeconds']) * 1000).toISOString();
    const credentials = `<AccessKeyId>${ACCESS_KEY_ID}</AccessKeyId><SecretAccessKey>role secret</SecretAccessKey><SessionToken>${SESSION_TOKEN}</SessionToken><Expiration>${expiration}</Expiration>`;
    const body = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult><ResponseMetadata><RequestId>c6104cbe</RequestId></ResponseMetadata></AssumeRoleResponse>`;
    return { status: 200, body, headers: { 'content-type': 'text/xml' } };
  };
}

function refusedCredential({ headers, text }: ApiCall): ApiReply | null {
  const scope =
    /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/us-east-1\/route53\/aws4_request, SignedHeaders=\S+host;\S*x-amz-date\S*, Signature=[0-9a-f]{64}$/;
  const [, key, day] = scope.exec(headers['authorization'] ?? '') ?? [];
  if (key === undefined || !headers['x-amz-date']?.startsWith(day ?? '?'))
    throw new ApiViolation('signature');
  if (headers['x-amz-content-sha256'] !== createHash('sha256').update(text).digest('hex'))
    throw new ApiViolation('content hash');
  if (key === ACCESS_KEY_ID) return null;
  return refusal(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
}

function hostedZones(zones: EmulatedZones, extras: Route53Extras): readonly HostedZone[] {
  const id = (name: string, more = '') => `Z${name.replaceAll('.', '').toUpperCase()}${more}`;
  return [
    ...(extras.privateZones ?? []).map((name) => ({ id: id(name, '0P'), name, isPrivate: true })),
    ...zones.zones.map((name) => ({ id: id(name), name, isPrivate: false })),
    ...(extras.twins ?? []).map((name) => ({ id: id(name, '9T'), name, isPrivate: false })),
  ].toSorted((one, other) => order(one.name, other.name) || (one.id < other.id ? -1 : 1));
}

function listZones(call: ApiCall, hosted: readonly HostedZone[]): ApiReply {
  requireQuery(call, 'dnsname', 'hostedzoneid', 'maxitems');
  const { dnsname, hostedzoneid, maxitems } = call.query;
  const most = Math.min(Number(maxitems ?? 100), 100);
  const from = hosted.findIndex(
    (zone) =>
      dnsname === undefined ||
      order(zone.name, dnsname) > 0 ||
      (zone.name === dnsname && (hostedzoneid === undefined || zone.id >= hostedzoneid)),
  );
  const rest = from === -1 ? [] : hosted.slice(from);
  const next = rest[most];
  const more =
    next === undefined
      ? ''
      : `<NextDNSName>${next.name}.</NextDNSName><NextHostedZoneId>${next.id}</NextHostedZoneId>`;
  return xml(
    'ListHostedZonesByNameResponse',
    `<HostedZones>${rest.slice(0, most).map(zoneXml).join('')}</HostedZones><IsTruncated>${next !== undefined}</IsTruncated>${more}<MaxItems>${most}</MaxItems>`,
  );
}

function zoneXml({ id, name, isPrivate }: HostedZone): string {
  return `<HostedZone><Id>/hostedzone/${id}</Id><Name>${name}.</Name><CallerReference>ref</CallerReference><Config><Comment>by hand</Comment><PrivateZone>${isPrivate}</PrivateZone></Config><ResourceRecordSetCount>9</ResourceRecordSetCount></HostedZone>`;
}

function setsOf(zones: EmulatedZones, zone: string): readonly RecordSet[] {
  const sets = new Map<string, RecordSet & { readonly values: string[] }>();
  for (const { name, type, value, ttl, zone: holder } of zones.records) {
    if (holder !== zone) continue;
    const set = sets.get(`${name} ${type}`) ?? { name, type, ttl, values: [] };
    set.values.push(type === 'TXT' ? quoted(value) : value);
    sets.set(`${name} ${type}`, set);
  }
  return [...sets.values()].toSorted(
    (one, other) => order(one.name, other.name) || (one.type < other.type ? -1 : 1),
  );
}

function listSets(call: ApiCall, sets: readonly RecordSet[], extras: Route53Extras): ApiReply {
  requireQuery(call, 'name', 'type', 'identifier', 'maxitems');
  const { name, type, maxitems } = call.query;
  const most = Math.min(Number(maxitems ?? 300), 300);
  const start = name === undefined ? '' : bare(name);
  const from = sets.findIndex(
    (set) => order(set.name, start) > 0 || (set.name === start && set.type >= (type ?? '')),
  );
  const rest = from === -1 ? [] : sets.slice(from);
  const next = rest[most];
  const more =
    next === undefined
      ? ''
      : `<NextRecordName>${listed(next.name)}</NextRecordName><NextRecordType>${next.type}</NextRecordType>`;
  const shown = rest.slice(0, most).map((set) => setXml(set, extras.policies?.get(set.name)));
  return xml(
    'ListResourceRecordSetsResponse',
    `<ResourceRecordSets>${shown.join('')}</ResourceRecordSets><IsTruncated>${next !== undefined}</IsTruncated>${more}<MaxItems>${most}</MaxItems>`,
  );
}

function setXml({ name, type, ttl, values }: RecordSet, policy = ''): string {
  const records = values.map((value) => `<ResourceRecord><Value>${escaped(value)}</Value></ResourceRecord>`);
  const body = policy.includes('AliasTarget')
    ? policy
    : `${policy}<TTL>${ttl}</TTL><ResourceRecords>${records.join('')}</ResourceRecords>`;
  return `<ResourceRecordSet><Name>${listed(name)}</Name><Type>${type}</Type>${body}</ResourceRecordSet>`;
}

function xml(root: string, inner: string): ApiReply {
  const body = `<?xml version="1.0"?>\n<${root} ${XMLNS}>${inner}</${root}>`;
  return { status: 200, body, headers: { 'content-type': 'text/xml' } };
}

export function refusal(status: number, code: string, message: string): ApiReply {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
  return {
    ...xml('ErrorResponse', `${error}<RequestId>410c2a4b-e435-49c9-8382-3770d80d7d4c</RequestId>`),
    status,
  };
}

/** The same of a batch in its documented form: a root of its own, and no code. */
export function batchRefusal(complaints: readonly string[]): ApiReply {
  const messages = complaints.map((complaint) => `<Message>${escaped(complaint)}</Message>`).join('');
  return {
    ...xml('InvalidChangeBatch', `<Messages>${messages}</Messages><RequestId>b25f48e8</RequestId>`),
    status: 400,
  };
}

function changeInfo(id: string, status: string): string {
  return `<ChangeInfo><Id>${id}</Id><Status>${status}</Status><SubmittedAt>2026-01-01T00:00:00.000Z</SubmittedAt></ChangeInfo>`;
}

/** By labels from the right, with the final dot. */
function order(one: string, other: string): number {
  const [left, right] = [one, other].map((name) => `${bare(name).split('.').toReversed().join('.')}.`);
  return left === right ? 0 : (left ?? '') < (right ?? '') ? -1 : 1;
}

function listed(name: string): string {
  const escape = (character: string) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
  return `${name.replaceAll(/[^\w.-]/g, escape)}.`;
}

function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function quoted(value: string): string {
  const strings = value === '' ? [''] : (value.match(/[^]{1,255}/g) ?? []);
  return strings.map((string) => `"${string.replaceAll(/[^]/g, byteText)}"`).join(' ');
}

function byteText(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  return /[ -~]/.test(character) ? character : `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}

const STRINGS = /^"(?:[^"\\]|\\[0-7]{3}|\\["\\])*"(?: "(?:[^"\\]|\\[0-7]{3}|\\["\\])*")*$/;

/** Null: Route 53 would not take it. */
function decoded(text: string): string | null {
  if (!STRINGS.test(text) || /[^ -~]/.test(text)) return null;
  return text
    .slice(1, -1)
    .replaceAll(/" "|\\([0-7]{3})|\\(["\\])/g, (_whole, octal?: string, plain?: string) =>
      octal === undefined ? (plain ?? '') : String.fromCharCode(Number.parseInt(octal, 8)),
    );
}

function tooLong(text: string): boolean {
  const longest = Math.max(
    ...text.split('" "').map((string) => (decoded(`"${string.replaceAll(/^"|"$/g, '')}"`) ?? '').length),
  );
  return longest > 255 || text.length > 4400;
}
