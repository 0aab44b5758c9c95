import type { Severity } from '../checks/finding.js';
import { explainNearMiss } from './near-miss.js';
import { isPolicy, strictness } from './policy.js';
import { mailAddress, ruaAddresses, ruaUris } from './rua.js';
import { isDmarcRecord, readPolicyTags, readTags, tagValue } from './tags.js';
import type { Tag } from './tags.js';

/** One slip in the text of a record, or a thing worth knowing about it. */
export interface LintFinding {
  /** Stable machine word, `dmarc-` first. */
  readonly id: string;
  readonly severity: Severity;
  /** A sentence for people. */
  readonly message: string;
  readonly clause: string;
  /** What to write instead; null: nothing to do. */
  readonly fix: string | null;
}

/** What each known tag may say; `rua` and `ruf` have rules of their own. */
const VALUES: Readonly<Record<string, RegExp>> = {
  sp: /^(?:none|quarantine|reject)$/i,
  np: /^(?:none|quarantine|reject)$/i,
  adkim: /^[rs]$/i,
  aspf: /^[rs]$/i,
  pct: /^(?:100|0?\d{1,2})$/,
  t: /^[yn]$/i,
  psd: /^[ynu]$/i,
  fo: /^[01ds](?:\s*:\s*[01ds])*$/i,
};
/** Nobody reads more; a record of 64 KB could have thousands. */
const MOST_FINDINGS = 30;
const HISTORIC = ['rf', 'ri'];
const KNOWN = new Set([...Object.keys(VALUES), ...HISTORIC, 'v', 'p', 'rua', 'ruf']);

/**
 * What is wrong or noteworthy in one record text, worst mistakes first by rule. No findings: nothing to say against it.
 * What needs DNS (several records, CNAME, external rua) isn't seen here.
 */
export function lintRecord(text: string): readonly LintFinding[] {
  if (!isDmarcRecord(text)) return [notARecord(text)];
  const tags = readTags(text);
  const findings = [
    ...lintText(text),
    ...lintPolicy(text, tags),
    ...lintDuplicates(tags),
    ...lintValues(tags),
    ...lintSampling(text),
    ...lintReporting(text, tags),
    ...lintNames(text, tags),
  ];
  return findings.slice(0, MOST_FINDINGS);
}

function notARecord(text: string): LintFinding {
  const why = explainNearMiss(text) ?? 'it does not start with v=DMARC1';
  return {
    id: 'dmarc-not-a-record',
    severity: 'error',
    message: `Receivers don't take this for a DMARC record: ${why}.`,
    clause: 'RFC 9989 4.7',
    fix: 'Start the record with v=DMARC1; exactly.',
  };
}

function* lintText(text: string): Iterable<LintFinding> {
  if (text.includes('\\;')) {
    yield {
      id: 'dmarc-escaped-semicolon',
      severity: 'error',
      message: 'A backslash stands before a semicolon; it becomes part of the tag before it.',
      clause: 'RFC 9989 4.8',
      fix: 'Write plain semicolons; only zone files need the backslash.',
    };
  }
  if (/^\s/.test(text)) {
    yield {
      id: 'dmarc-leading-space',
      severity: 'warning',
      message: 'The record starts with a space; strict receivers ignore it.',
      clause: 'RFC 9989 4.8',
      fix: 'Take the space before v=DMARC1 out.',
    };
  }
  if (/[^\t\r\n\x20-\x7e]/.test(text)) {
    yield {
      id: 'dmarc-not-ascii',
      severity: 'warning',
      message:
        'The record holds characters outside ASCII, such as a typographic quotation mark or a fixed space.',
      clause: 'RFC 9989 4.8',
      fix: 'Type the record anew in plain ASCII.',
    };
  }
  const stray = text.split(';').find((part) => part.trim() !== '' && !part.includes('='));
  if (stray !== undefined) {
    yield {
      id: 'dmarc-stray-text',
      severity: 'warning',
      message: `"${shortened(stray.trim())}" is no tag, as it has no equals sign; receivers ignore it, or the record.`,
      clause: 'RFC 9989 4.8',
      fix: 'Write name=value, or take it out.',
    };
  }
}

function* lintPolicy(text: string, tags: readonly Tag[]): Iterable<LintFinding> {
  const p = tagValue(tags, 'p');
  // RFC 9989 4.10.1: with a valid rua an invalid record reads as p=none, else as no record.
  const effect =
    ruaAddresses(text).length > 0 ? 'receivers read p=none' : 'receivers ignore the whole record';
  const swallowed = tags.find((tag) => /\s[a-z]+\s*=/i.test(tag.value));
  if (swallowed !== undefined) {
    yield {
      id: 'dmarc-missing-semicolon',
      severity: 'error',
      message: `A semicolon is missing within "${swallowed.name}=${shortened(swallowed.value)}".`,
      clause: 'RFC 9989 4.8',
      fix: 'Put a semicolon between each two tags.',
    };
  }
  if (p === null || !isPolicy(p.toLowerCase())) {
    yield {
      id: p === null ? 'dmarc-no-policy' : 'dmarc-invalid-policy',
      severity: 'error',
      message: p === null ? `There is no p tag; ${effect}.` : `p=${shortened(p)} is no policy; ${effect}.`,
      clause: 'RFC 9989 4.10.1',
      fix: 'Write p=none, p=quarantine or p=reject right behind v=DMARC1.',
    };
  } else if (tags[1]?.name !== 'p') {
    yield {
      id: 'dmarc-policy-not-second',
      severity: 'warning',
      message: 'p is not the second tag; receivers of the old kind may ignore the record.',
      clause: 'RFC 7489 6.3',
      fix: 'Move p right behind v=DMARC1.',
    };
  }
  const read = readPolicyTags(text);
  if (read?.sp !== undefined && strictness(read.sp) < strictness(read.p)) {
    yield {
      id: 'dmarc-weaker-subdomains',
      severity: 'info',
      message: `Subdomains are under the weaker policy sp=${read.sp}.`,
      clause: 'RFC 9989 4.7',
      fix: null,
    };
  }
}

function* lintDuplicates(tags: readonly Tag[]): Iterable<LintFinding> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { name } of tags) {
    if (seen.has(name)) twice.add(name);
    seen.add(name);
  }
  for (const name of twice) {
    yield {
      id: 'dmarc-duplicate-tag',
      severity: 'error',
      message: `The tag ${shortened(name)} stands there more than once; the record is invalid.`,
      clause: 'RFC 6376 3.2',
      fix: `Keep one ${shortened(name)} tag.`,
    };
  }
}

function* lintValues(tags: readonly Tag[]): Iterable<LintFinding> {
  for (const tag of tags) {
    const allowed = Object.hasOwn(VALUES, tag.name) ? VALUES[tag.name] : undefined;
    if (allowed === undefined || allowed.test(tag.value)) continue;
    const weighty = tag.name === 'sp' || tag.name === 'np';
    yield {
      id: `dmarc-invalid-${tag.name}`,
      severity: weighty ? 'error' : 'warning',
      message: `${tag.name}=${shortened(tag.value)} is not valid; ${weighty ? 'receivers read p=none or nothing at all' : 'the default applies'}.`,
      clause: weighty ? 'RFC 9989 4.10.1' : 'RFC 9989 4.7',
      fix: `Correct the tag ${tag.name} or take it out.`,
    };
  }
}

function* lintSampling(text: string): Iterable<LintFinding> {
  const read = readPolicyTags(text);
  if (read === null) return;
  const sampled = read.pct !== undefined && read.pct < 100;
  if (read.p === 'none' && (sampled || read.t === 'y')) {
    yield {
      id: 'dmarc-sampling-of-nothing',
      severity: 'info',
      message: 'pct and t change nothing at p=none.',
      clause: 'RFC 9989 4.7',
      fix: 'Take pct and t out until the policy is stronger.',
    };
  } else if (sampled && read.t !== 'y') {
    yield {
      id: 'dmarc-pct-without-t',
      severity: 'warning',
      message: `Receivers of the new kind ignore pct=${read.pct} and apply ${read.p} to all failing mail.`,
      clause: 'RFC 9989 A.6',
      fix: `Write t=y beside pct=${read.pct}, or take pct out.`,
    };
  } else if (!sampled && read.t === 'y') {
    yield {
      id: 'dmarc-t-without-pct',
      severity: 'warning',
      message: `Receivers of the old kind ignore t=y and apply ${read.p} to all failing mail.`,
      clause: 'RFC 7489 6.3',
      fix: 'Write pct=0 beside t=y, or take t out.',
    };
  } else if (read.pct === 100) {
    yield {
      id: 'dmarc-historic-tag',
      severity: 'info',
      message: 'pct=100 says nothing; the tag is historic.',
      clause: 'RFC 9989 C.5.2',
      fix: 'Take pct out.',
    };
  }
}

function* lintReporting(text: string, tags: readonly Tag[]): Iterable<LintFinding> {
  const uris = ruaUris(text);
  if (uris.length === 0) {
    yield {
      id: 'dmarc-no-rua',
      severity: 'warning',
      message: 'No rua: nobody is told who sends mail in the name of this domain.',
      clause: 'RFC 9989 4.7',
      fix: 'Add rua=mailto: and the address of a mailbox for reports.',
    };
  }
  for (const uri of uris) {
    if (mailAddress(uri) !== null) continue;
    const bare = mailAddress(`mailto:${uri}`) !== null;
    yield {
      id: 'dmarc-invalid-rua',
      severity: 'error',
      message: `rua ${shortened(uri)} ${bare ? 'lacks mailto:' : 'is no mailto: address'}; no reports go there.`,
      clause: 'RFC 9989 4.7',
      fix: bare ? `Write mailto:${shortened(uri)}.` : 'Write mailto: and a mail address.',
    };
  }
  const limited = /![0-9]/.test(tagValue(tags, 'rua') ?? '');
  for (const name of [
    ...HISTORIC.filter((tag) => tagValue(tags, tag) !== null),
    ...(limited ? ['!size'] : []),
  ]) {
    yield {
      id: 'dmarc-historic-tag',
      severity: 'info',
      message: `${name} is historic; receivers of the new kind ignore it.`,
      clause: name === '!size' ? 'RFC 9989 4.8' : 'RFC 9989 C.5.2',
      fix: `Take ${name} out.`,
    };
  }
}

function* lintNames(text: string, tags: readonly Tag[]): Iterable<LintFinding> {
  if (/(?:^|;)\s*[a-z]*[A-Z][a-zA-Z]*\s*=/.test(text)) {
    yield {
      id: 'dmarc-capital-tag',
      severity: 'warning',
      message: 'A tag name holds capital letters; some receivers do not know it then.',
      clause: 'RFC 6376 3.2',
      fix: 'Write tag names in small letters.',
    };
  }
  for (const name of new Set(tags.map((tag) => tag.name).filter((known) => !KNOWN.has(known)))) {
    yield {
      id: 'dmarc-unknown-tag',
      severity: 'info',
      message: `The tag ${shortened(name)} is unknown; receivers ignore it.`,
      clause: 'RFC 9989 4.7',
      fix: null,
    };
  }
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
