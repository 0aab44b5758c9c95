import { getPublicSuffix } from 'tldts';
import { organizationalDomain } from '../../alignment/organizational-domain.js';
import { strictness } from '../../record/policy.js';
import { readPolicyTags, readTags, tagValue, type Tag } from '../../record/tags.js';
import type { Finding } from '../finding.js';
import { newFinding, quoted } from '../new-finding.js';
import { rightFailureOptions } from './advised-policy.js';

/** What the tags of a valid record mean beyond its policy: alignment, failure reports, subdomains, public suffixes. */
export function explainTags(text: string, domain: string): readonly Finding[] {
  const tags = readTags(text);
  return [
    ...alignment(text, tags),
    ...failureOptions(text, tags),
    ...subdomains(text, domain),
    ...publicSuffix(text, tags, domain),
  ];
}

function* alignment(text: string, tags: readonly Tag[]): Iterable<Finding> {
  const strict = ['adkim', 'aspf'].filter((name) => tagValue(tags, name)?.toLowerCase() === 's');
  if (strict.length === 0) return;
  const whose = strict
    .map((name) => (name === 'adkim' ? 'signs with (DKIM)' : 'returns mail to (SPF)'))
    .join(' or ');
  yield newFinding(
    'dmarc',
    'dmarc-strict-alignment',
    'info',
    `Strict alignment (${strict.map((name) => `${name}=s`).join(', ')}): a subdomain that mail ${whose} does not count.`,
    {
      record: text,
      clause: 'RFC 9989 4.4',
    },
  );
}

function* failureOptions(text: string, tags: readonly Tag[]): Iterable<Finding> {
  const fo = tagValue(tags, 'fo');
  if (fo === null) return;
  const options = fo
    .toLowerCase()
    .split(':')
    .map((option) => option.trim());
  const isTwice = new Set(options).size < options.length;
  if (isTwice || (options.includes('0') && options.includes('1'))) {
    yield newFinding(
      'dmarc',
      'dmarc-conflicting-fo',
      'warning',
      `fo=${quoted(fo)} contradicts itself: 0 and 1 exclude each other, and each option may stand once.`,
      {
        record: text,
        clause: 'RFC 9989 4.7',
        fix: `Write fo=${rightFailureOptions(fo)}.`,
      },
    );
  }
  if (tagValue(tags, 'ruf') === null) {
    yield newFinding(
      'dmarc',
      'dmarc-fo-without-ruf',
      'info',
      'fo says when failure reports are wanted, but no ruf says where to.',
      {
        record: text,
        clause: 'RFC 9989 4.7',
        fix: 'Take fo out, or add ruf.',
      },
    );
  }
}

function* subdomains(text: string, domain: string): Iterable<Finding> {
  const read = readPolicyTags(text);
  if (read === null) return;
  if ((read.sp !== undefined || read.np !== undefined) && organizationalDomain(domain) !== domain) {
    yield newFinding(
      'dmarc',
      'dmarc-unused-subdomain-policy',
      'info',
      `sp and np have no effect here: for names below ${domain} receivers look at ${organizationalDomain(domain)}.`,
      {
        record: text,
        clause: 'RFC 9989 4.7',
        fix: 'Take sp and np out.',
      },
    );
    return;
  }
  const above = read.sp ?? read.p;
  if (read.np === undefined || strictness(read.np) >= strictness(above)) return;
  yield newFinding(
    'dmarc',
    'dmarc-weaker-np',
    'warning',
    `np=${read.np} is weaker than ${read.sp === undefined ? 'p' : 'sp'}=${above}: names that don't exist are the easiest to send from.`,
    {
      record: text,
      clause: 'RFC 9989 4.7',
      fix: "Write np=reject; nobody sends legitimate mail from names that don't exist.",
    },
  );
}

function* publicSuffix(text: string, tags: readonly Tag[], domain: string): Iterable<Finding> {
  const psd = tagValue(tags, 'psd')?.toLowerCase();
  if (psd === 'y' && getPublicSuffix(domain) !== domain) {
    yield newFinding(
      'dmarc',
      'dmarc-psd',
      'warning',
      `psd=y says that ${domain} is a public suffix, under which others register; each name below it then counts as somebody else's.`,
      {
        record: text,
        clause: 'RFC 9989 4.7',
        fix: 'Take psd out.',
      },
    );
  }
  if (psd === 'n') {
    yield newFinding(
      'dmarc',
      'dmarc-own-organization',
      'info',
      `psd=n makes ${domain} the Organizational Domain of all below it; nothing above it is asked.`,
      {
        record: text,
        clause: 'RFC 9989 4.10.2',
      },
    );
  }
}
