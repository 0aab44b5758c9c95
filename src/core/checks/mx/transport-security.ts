import type { DnsAnswer, DnsQuestions } from '../dns-answers.js';
import type { Finding } from '../finding.js';
import { readTags, tagValue } from '../../record/tags.js';
import { newFinding, quoted } from '../new-finding.js';
import { txtLine } from '../zone-line.js';

/**
 * Whether the domain asks senders to insist on TLS (MTA-STS, RFC 8461) and to report where that fails (TLS-RPT,
 * RFC 8460): for information, as DMARC needs neither. The policy file itself is not fetched. Three look-ups.
 */
export async function checkTransportSecurity(domain: string, dns: DnsQuestions): Promise<readonly Finding[]> {
  const [sts, report] = await Promise.all([dns.txt(`_mta-sts.${domain}`), dns.txt(`_smtp._tls.${domain}`)]);
  return [...(await judgeMtaSts(domain, sts, dns)), judgeTlsReporting(domain, report)];
}

async function judgeMtaSts(
  domain: string,
  answer: DnsAnswer<string>,
  dns: DnsQuestions,
): Promise<readonly Finding[]> {
  if (answer.kind === 'unknown') {
    return [
      newFinding(
        'mx',
        'mx-mta-sts-unknown',
        'info',
        `_mta-sts.${domain} could not be looked up: ${answer.reason}.`,
      ),
    ];
  }
  const texts = versioned(answer, 'v=STSv1');
  const [text] = texts;
  if (text === undefined) {
    return [
      newFinding(
        'mx',
        'mx-no-mta-sts',
        'info',
        'No MTA-STS: nobody insists on TLS for mail to this domain.',
        { clause: 'RFC 8461 3.1' },
      ),
    ];
  }
  if (texts.length > 1 || !isMtaSts(text)) {
    const why = texts.length > 1 ? 'more than one record stands there' : 'it has no valid id';
    return [
      newFinding('mx', 'mx-invalid-mta-sts', 'warning', `Senders ignore the MTA-STS record: ${why}.`, {
        record: texts.join('\n'),
        clause: 'RFC 8461 3.1',
        fix: `Publish exactly one record: ${txtLine(`_mta-sts.${domain}`, 'v=STSv1; id=1')}`,
      }),
    ];
  }
  return [await judgePolicyHost(domain, text, dns)];
}

async function judgePolicyHost(domain: string, record: string, dns: DnsQuestions): Promise<Finding> {
  const host = `mta-sts.${domain}`;
  const answer = await dns.a(host);
  const other = answer.kind === 'none' ? await dns.aaaa(host) : answer;
  if (other.kind === 'unknown') {
    const message = `The addresses of ${quoted(host)} could not be looked up: ${other.reason}.`;
    return newFinding('mx', 'mx-mta-sts-unknown', 'info', message, { record });
  }
  if (other.kind === 'none') {
    return newFinding(
      'mx',
      'mx-mta-sts-no-host',
      'warning',
      `MTA-STS is announced, but ${quoted(host)} has no address to fetch the policy from.`,
      {
        record,
        clause: 'RFC 8461 3.3',
        fix: `Publish the policy at https://${host}/.well-known/mta-sts.txt or take the record out.`,
      },
    );
  }
  return newFinding(
    'mx',
    'mx-mta-sts',
    'info',
    `MTA-STS is announced; its policy stands at https://${host}/.well-known/mta-sts.txt.`,
    {
      record,
      clause: 'RFC 8461 3.1',
    },
  );
}

function judgeTlsReporting(domain: string, answer: DnsAnswer<string>): Finding {
  const name = `_smtp._tls.${domain}`;
  if (answer.kind === 'unknown') {
    return newFinding(
      'mx',
      'mx-tls-rpt-unknown',
      'info',
      `${name} could not be looked up: ${answer.reason}.`,
    );
  }
  const texts = versioned(answer, 'v=TLSRPTv1');
  const [text] = texts;
  if (text === undefined) {
    return newFinding(
      'mx',
      'mx-no-tls-rpt',
      'info',
      'No TLS-RPT: nobody reports when TLS to this domain fails.',
      { clause: 'RFC 8460 3' },
    );
  }
  if (texts.length > 1 || !isTlsReporting(text)) {
    const why = texts.length > 1 ? 'more than one stands there' : 'it names no mailto: or https: address';
    return newFinding('mx', 'mx-invalid-tls-rpt', 'warning', `Senders ignore the TLS-RPT record: ${why}.`, {
      record: texts.join('\n'),
      clause: 'RFC 8460 3',
      fix: `Publish exactly one record such as ${txtLine(name, `v=TLSRPTv1; rua=mailto:tls-reports@${domain}`)}`,
    });
  }
  return newFinding('mx', 'mx-tls-rpt', 'info', 'TLS-RPT: failures of TLS are reported.', {
    record: text,
    clause: 'RFC 8460 3',
  });
}

/** What begins with the version counts; all else at the name is somebody else's. */
function versioned(answer: DnsAnswer<string>, version: string): readonly string[] {
  if (answer.kind !== 'found') return [];
  return answer.records.filter((text) => text.toLowerCase().startsWith(version.toLowerCase()));
}

/** RFC 8461 3.1: an id of 1 to 32 letters and digits. */
function isMtaSts(text: string): boolean {
  return /^[a-z\d]{1,32}$/i.test(tagValue(readTags(text), 'id') ?? '');
}

/** RFC 8460 3: where reports go, by mail or by HTTPS. */
function isTlsReporting(text: string): boolean {
  return /^(?:mailto:|https:)\S/i.test(tagValue(readTags(text), 'rua') ?? '');
}
