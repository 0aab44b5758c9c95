import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What stands beside the records of a test, as lines of a zone file; it must stand there after it, too. */
export const NEIGHBOURS: readonly string[] = [
  '@ A 192.0.2.1',
  '@ MX 10 mail',
  '@ TXT "v=spf1 mx -all"',
  'mail A 192.0.2.2',
  '*.wild TXT "a wildcard"',
  '_dmarcx TXT "v=DMARC1; p=none; x=other-name"',
  '_dmarc.deep.below TXT "v=DMARC1; p=none; x=below"',
  'sel._domainkey TXT "v=DKIM1; p=abc"',
  'child NS ns1.elsewhere.example.net.',
  `child DS 12345 13 2 ${'0A'.repeat(32)}`,
];

/** They change with every update, whatever it changes. */
const MOVING = /\s(?:SOA|RRSIG|NSEC|NSEC3|NSEC3PARAM|DNSKEY|CDS|CDNSKEY)\s/;

/** All records of zones by zone transfer, sorted, but those of one name and those that every update changes. Needs dig. */
export async function zoneSnapshot(
  server: { readonly host: string; readonly port: number },
  zones: readonly string[],
  but: string,
): Promise<string> {
  const lines: string[] = [];
  for (const zone of zones) {
    const place = [`@${server.host}`, '-p', String(server.port), zone, 'AXFR'];
    const { stdout } = await run('/usr/bin/dig', [...place, '+noall', '+answer', '+tries=1', '+time=5']);
    const records = stdout.split('\n').filter((line) => line !== '' && !line.startsWith(';'));
    if (records.length === 0) throw new Error(`no transfer of ${zone}: ${stdout}`);
    lines.push(...records.filter((line) => !MOVING.test(line) && !line.startsWith(`${but}.`)));
  }
  return lines.toSorted().join('\n');
}
