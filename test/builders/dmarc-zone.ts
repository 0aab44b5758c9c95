import { checkDmarc } from '../../src/core/checks/dmarc/check-dmarc.js';
import type { Finding } from '../../src/core/checks/finding.js';
import { isDmarcRecord } from '../../src/core/record/tags.js';
import type { Observation } from '../../src/core/rollout/observation.js';
import { zoneQuestions, type Zone, type ZoneRecord } from './zone-questions.js';

export const D = 'example.com';
export const NAME = '_dmarc.example.com';
export const RUA = 'rua=mailto:d@example.com';
export const MX: ZoneRecord = { MX: [10, 'mail.example.com'] };
/** Makes that reports arrive. */
export const HOST: Zone = { [D]: [MX] };
export const OUT: Zone = { 'reports.example.net': [{ MX: [10, 'mail.example.net'] }] };
export const PERMISSION = 'example.com._report._dmarc.reports.example.net';

/** As a resolver's answer for `_dmarc.<domain>` is read. */
export function observe(zone: Zone, domain: string): Observation {
  const here = zone[`_dmarc.${domain}`] ?? [];
  if (here.includes('TIMEOUT')) return { kind: 'unknown', reason: 'time-out' };
  const objects = here.filter((record) => typeof record === 'object');
  const texts = objects.flatMap((record) => ('TXT' in record ? [record.TXT].flat() : []));
  const target = objects.flatMap((record) => ('CNAME' in record ? [record.CNAME] : []))[0];
  const records = texts.filter(isDmarcRecord);
  const others = texts.filter((text) => !isDmarcRecord(text));
  if (target !== undefined && texts.length === 0) return { kind: 'cname', target };
  if (records.length > 1) return { kind: 'several-records', texts: records };
  const [text] = records;
  return text === undefined ? { kind: 'absent', others } : { kind: 'record', text, ttl: 300, others };
}

export function check(zone: Zone, domain = D, mailbox: string | null = null): Promise<readonly Finding[]> {
  return checkDmarc(domain, observe(zone, domain), zoneQuestions(zone), { mailbox });
}

/** The findings of a zone without those that each record has. */
export async function idsOf(
  zone: Zone,
  domain = D,
  mailbox: string | null = null,
): Promise<readonly string[]> {
  const always = new Set(['dmarc-policy', 'dmarc-receivers', 'dmarc-no-bimi']);
  return (await check(zone, domain, mailbox)).map(({ id }) => id).filter((id) => !always.has(id));
}

export const at = (text: string): Zone => ({ ...HOST, [NAME]: [{ TXT: text }] });
