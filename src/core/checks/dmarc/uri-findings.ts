import { mailAddress } from '../../record/rua.js';
import type { Finding } from '../finding.js';
import { newFinding, quoted } from '../new-finding.js';
import { destinations, reportUris, type ReportTag } from './destination.js';

/** Receivers must send to two; what they do beyond is their choice (RFC 7489 6.2). */
const SURE_DESTINATIONS = 2;

/** What is wrong with the addresses for reports as they are written; what lintRecord says of `rua` isn't said again. */
export function uriFindings(text: string): readonly Finding[] {
  return (['rua', 'ruf'] as const).flatMap((tag) => {
    const uris = reportUris(text, tag);
    return [
      ...(tag === 'ruf' ? uris.slice(0, 8).flatMap((uri) => invalidRuf(text, uri)) : []),
      ...badHosts(text, tag, uris),
      ...badSizes(text, tag, uris),
      ...counts(text, tag, uris),
    ];
  });
}

function invalidRuf(text: string, uri: string): readonly Finding[] {
  if (mailAddress(uri) !== null) return [];
  const isBare = mailAddress(`mailto:${uri}`) !== null;
  return [
    newFinding(
      'dmarc',
      'dmarc-invalid-ruf',
      'warning',
      `ruf ${quoted(uri)} ${isBare ? 'lacks mailto:' : 'is no mailto: address'}; no failure reports go there.`,
      {
        record: text,
        clause: 'RFC 9989 4.7',
        fix: isBare ? `Write mailto:${quoted(uri)}.` : 'Write mailto: and a mail address.',
      },
    ),
  ];
}

/** A mail address whose host is no domain name: `mailto:d@[192.0.2.1]`, `mailto:d@localhost`. */
function* badHosts(text: string, tag: ReportTag, uris: readonly string[]): Iterable<Finding> {
  const good = new Set(destinations(text, tag).map(({ address }) => address));
  const bad = uris.map(mailAddress).find((address) => address !== null && !good.has(address));
  if (bad === undefined || bad === null) return;
  yield newFinding(
    'dmarc',
    `dmarc-${tag}-bad-host`,
    tag === 'rua' ? 'error' : 'warning',
    `${tag} ${quoted(bad)}: what stands behind the @ is no domain name; no reports go there.`,
    {
      record: text,
      clause: 'RFC 9989 4.7',
      fix: 'Write the domain name of the mailbox; one with other letters than a to z in its form with xn--.',
    },
  );
}

/** RFC 9989 4.8, obs-dmarc-report-size: digits and one of k, m, g, t. */
function* badSizes(text: string, tag: ReportTag, uris: readonly string[]): Iterable<Finding> {
  const limits = uris.filter((uri) => uri.includes('!'));
  const bad = limits.find((uri) => !/^[^!]*!\d{1,15}[kmgt]?$/i.test(uri));
  if (bad !== undefined) {
    yield newFinding(
      'dmarc',
      'dmarc-invalid-size',
      'warning',
      `${tag} ${quoted(bad)}: what follows the exclamation mark is no size such as 10m; receivers may ignore the address.`,
      {
        record: text,
        clause: 'RFC 9989 4.8',
        fix: 'Take the exclamation mark and what follows it out.',
      },
    );
  } else if (limits.length > 0 && tag === 'ruf') {
    yield newFinding(
      'dmarc',
      'dmarc-historic-tag',
      'info',
      '!size is historic; receivers of the new kind ignore it.',
      {
        record: text,
        clause: 'RFC 9989 4.8',
        fix: 'Take !size out.',
      },
    );
  }
}

function* counts(text: string, tag: ReportTag, uris: readonly string[]): Iterable<Finding> {
  const addresses = uris.map(mailAddress).filter((address) => address !== null);
  if (new Set(addresses).size < addresses.length) {
    yield newFinding(
      'dmarc',
      'dmarc-duplicate-address',
      'info',
      `An address stands more than once in ${tag}.`,
      {
        record: text,
        fix: 'Keep it once.',
      },
    );
  }
  if (uris.length <= SURE_DESTINATIONS) return;
  yield newFinding(
    'dmarc',
    'dmarc-many-addresses',
    'info',
    `${tag} names ${uris.length} addresses; receivers of the old kind need to send to the first two only.`,
    {
      record: text,
      clause: 'RFC 7489 6.2',
    },
  );
}
