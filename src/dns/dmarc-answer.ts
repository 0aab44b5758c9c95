import { isDmarcRecord } from '../core/record/tags.js';
import type { Observation } from '../core/rollout/observation.js';
import type { DnsReply } from './dns-message.js';

/**
 * What one authoritative server's reply to `<name> TXT` says. Only a server that speaks for the zone (AA) can say that
 * nothing stands there; all else that gives no record is `unknown`.
 */
export function readDmarcAnswer(reply: DnsReply, name: string): Observation {
  if (reply.rcode !== 'NOERROR' && reply.rcode !== 'NXDOMAIN') {
    return { kind: 'unknown', reason: `the server answered ${reply.rcode}` };
  }
  if (!reply.isAuthoritative) {
    return { kind: 'unknown', reason: 'the server does not speak for this zone' };
  }
  return readResolvedAnswer(reply, name);
}

/** What a reply to `<name> TXT` says that is believed whoever gave it. */
export function readResolvedAnswer(reply: DnsReply, name: string): Observation {
  const alias = reply.answers.find((record) => record.type === 'CNAME' && record.name === name);
  if (alias?.type === 'CNAME') return { kind: 'cname', target: alias.value };

  const found = reply.answers.flatMap((record) =>
    record.type === 'TXT' && record.name === name ? [{ text: record.text, ttl: record.ttl }] : [],
  );
  const records = found.filter((txt) => isDmarcRecord(txt.text));
  const others = found.map((txt) => txt.text).filter((text) => !isDmarcRecord(text));
  const [record] = records;
  if (record === undefined) return others.length === 0 ? { kind: 'absent' } : { kind: 'absent', others };
  if (records.length > 1) return { kind: 'several-records', texts: records.map((txt) => txt.text) };
  return { kind: 'record', text: record.text, ttl: record.ttl, others };
}

/** What stands at a name that should be a CNAME to `alias`, when it isn't; another alias stays what it is. */
export function asAlias(own: Observation, wanted: string): Observation {
  switch (own.kind) {
    case 'record':
      return { kind: 'no-alias', wanted, texts: [own.text, ...own.others] };
    case 'absent':
      return { kind: 'no-alias', wanted, texts: own.others ?? [] };
    case 'several-records':
      return { kind: 'no-alias', wanted, texts: own.texts };
    case 'cname':
    case 'no-alias':
    case 'disagree':
    case 'unknown':
      return own;
  }
}
