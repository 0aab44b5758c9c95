import type { DnsQuestions } from '../dns-answers.js';
import type { Finding } from '../finding.js';
import { about, newFinding, quoted } from '../new-finding.js';
import type { OutboundMail } from '../outbound-mail.js';
import { txtLine } from '../zone-line.js';
import type { KeyAlgorithm, KeyJudgement } from './judge-key.js';
import { judgeKeyRecord } from './judge-record.js';
import { looksLikeKey, readKeyRecord, writeKeyRecord } from './key-record.js';
import {
  described,
  isSelector,
  selectorsToCheck,
  type CheckedSelector,
  type Looked,
  type PlacedSelector,
} from './selectors.js';
import { weighedBySight } from './seen-key.js';
import { joinPieces } from './split-key.js';
import { anySelector, hasKey, isEverywhere, nobodysSelector } from './wildcard.js';

/** Selectors from evidence and settings that are looked at, besides the common ones; one look-up each. */
const MOST_SELECTORS = 30;
/** Of the TXT records at one name, those that a finding shows. */
const MOST_RECORDS = 5;
const MOST_TOLD = 5;
const NAME_YOURS = 'Name the selector that your mail is signed with (s= in its DKIM-Signature).';
/**
 * The DKIM keys of a domain: those of the given selectors, whose absence is an error, and what stands at selectors that
 * many use, whose absence says nothing. At most 70 look-ups. Never empty.
 */
export async function checkDkim(
  domain: string,
  selectors: readonly CheckedSelector[],
  dns: DnsQuestions,
  known: { readonly outbound: OutboundMail | Promise<OutboundMail> } = { outbound: 'unknown' },
): Promise<readonly Finding[]> {
  const chosen = selectorsToCheck(selectors, domain, MOST_SELECTORS);
  const [anywhere, looked] = await Promise.all([
    lookUp(nobodysSelector(domain), dns),
    Promise.all(chosen.map((one) => lookUp(one, dns))),
  ]);
  const relevant = looked.filter((one) => !isEverywhere(one, anywhere));
  const judgements = relevant.flatMap((one) => judgeSelector(one));
  const findings = judgements.flatMap((judgement) => judgement.findings);
  const algorithms = new Set(judgements.map(({ algorithm }) => algorithm));
  return [
    ...findings,
    ...anySelector(domain, anywhere),
    ...commonUnknown(relevant, findings),
    ...onlyEd25519(algorithms),
    ...nothingFound({ findings, looked: relevant, anywhere, outbound: await known.outbound }),
    ...notLookedAt(selectors),
  ];
}

async function lookUp(selector: PlacedSelector, dns: DnsQuestions): Promise<Looked> {
  return { selector, answer: await dns.txt(selector.place) };
}

function judgeSelector(looked: Looked): readonly KeyJudgement[] {
  const { place, from } = looked.selector;
  return judgeAnswer(looked).map(({ algorithm, findings }) => ({
    algorithm,
    findings: about(place, findings)
      .map((it) => ({ ...it, isGuessed: from === 'common' }))
      .map((it) => (from === 'evidence' ? weighedBySight(it) : it)),
  }));
}

function judgeAnswer(looked: Looked): readonly KeyJudgement[] {
  const { selector, answer } = looked;
  switch (answer.kind) {
    case 'unknown':
      return selector.from === 'common' ? [] : [withoutKey(unknown(looked, answer.reason))];
    case 'none': {
      const target = answer.aliases.at(-1);
      if (selector.from === 'common' && target === undefined) return [];
      return [withoutKey(missing(looked, target))];
    }
    case 'found':
      return [...alias(looked, answer.aliases), ...judgeRecords(looked, answer.records)];
  }
}

function judgeRecords(looked: Looked, texts: readonly string[]): readonly KeyJudgement[] {
  const { selector } = looked;
  const keys = texts.filter(looksLikeKey);
  // What stands at a guessed name and is no key was never meant to be one.
  if (selector.from === 'common' && keys.length === 0) return [];
  const [only] = texts;
  if (texts.length === 1 && only !== undefined) {
    return keys.length === 1 ? [judgeKeyRecord(only, selector)] : [withoutKey(notAKey(looked, only))];
  }
  const joined = joinPieces(texts);
  if (joined !== null) return [withoutKey(splitKey(looked, texts, joined))];
  if (keys.length === 0) return [withoutKey(notAKey(looked, shown(texts)))];
  const [sole] = keys;
  const several = withoutKey(severalRecords(looked, texts));
  return keys.length === 1 && sole !== undefined ? [several, judgeKeyRecord(sole, selector)] : [several];
}

function withoutKey(finding: Finding): KeyJudgement {
  return { algorithm: null, findings: [finding] };
}

function unknown({ selector }: Looked, reason: string): Finding {
  const message = `The key of ${described(selector)} could not be looked up at ${quoted(selector.place)}: ${reason}.`;
  return newFinding('dkim', 'dkim-unknown', 'unknown', message);
}

function missing({ selector }: Looked, target: string | undefined): Finding {
  const details = { clause: 'RFC 6376 3.6.2' };
  if (target !== undefined) {
    const isKnown = selector.from !== 'common';
    return newFinding(
      'dkim',
      'dkim-alias-to-nothing',
      isKnown ? 'error' : 'warning',
      `${quoted(selector.place)} is an alias (CNAME) of ${quoted(target)}, where no key stands.`,
      {
        ...details,
        fix: `Ask whoever runs ${quoted(target)} to publish the key; a service may keep the name for its next one. Take the alias out when no service of yours uses it.`,
      },
    );
  }
  const why =
    selector.from === 'evidence' ? 'mail was signed with it, and now receivers find' : 'receivers find';
  return newFinding(
    'dkim',
    'dkim-missing',
    'error',
    `No key stands at ${quoted(selector.place)}: ${why} nothing to verify its signatures with.`,
    {
      ...details,
      fix: `Publish the key that the signer shows for ${selector.name} at ${selector.place}, or stop signing with it.`,
    },
  );
}

function* alias(looked: Looked, aliases: readonly string[]): Iterable<KeyJudgement> {
  const target = aliases.at(-1);
  if (target === undefined) return;
  const message = `${quoted(looked.selector.place)} is an alias (CNAME) of ${quoted(target)}; whoever runs that name renews the key.`;
  yield withoutKey(
    newFinding('dkim', 'dkim-alias', 'info', message, {
      record: `${looked.selector.place}. CNAME ${target}.`,
      clause: 'RFC 1034 3.6.2',
    }),
  );
}

function notAKey({ selector }: Looked, text: string): Finding {
  return newFinding(
    'dkim',
    'dkim-not-a-key',
    'error',
    `What stands at ${described(selector)} is no key record.`,
    {
      record: text,
      clause: 'RFC 6376 3.6.1',
      fix: 'Publish the key record that the signer shows: v=DKIM1; k=rsa; p= and the key.',
    },
  );
}

function splitKey({ selector }: Looked, texts: readonly string[], joined: string): Finding {
  return newFinding(
    'dkim',
    'dkim-split-key',
    'error',
    `The key of ${described(selector)} is cut into ${texts.length} TXT records; receivers take one of them. They must be strings of one record.`,
    {
      record: texts.join('\n'),
      clause: 'RFC 6376 3.6.2.2',
      fix: `Replace them by ${txtLine(selector.place, writeKeyRecord(readKeyRecord(joined)))}`,
    },
  );
}

function shown(texts: readonly string[]): string {
  return texts.slice(0, MOST_RECORDS).join('\n');
}

function severalRecords({ selector }: Looked, texts: readonly string[]): Finding {
  return newFinding(
    'dkim',
    'dkim-several-records',
    'error',
    `${texts.length} TXT records stand at ${described(selector)}; receivers may take any of them, or none.`,
    {
      record: shown(texts),
      clause: 'RFC 6376 3.6.2.2',
      fix: 'Keep exactly one; a second key needs a selector of its own.',
    },
  );
}

/** Names that were only guessed; that none of them was answered leaves open whether there is any key. */
function* commonUnknown(looked: readonly Looked[], findings: readonly Finding[]): Iterable<Finding> {
  const common = looked.filter(({ selector }) => selector.from === 'common');
  const open = common.filter(({ answer }) => answer.kind === 'unknown');
  const [first] = open;
  if (first?.answer.kind !== 'unknown') return;
  const isNothingKnown = findings.length === 0;
  const isAll = isNothingKnown && open.length === common.length;
  const names = open.slice(0, MOST_TOLD).map(({ selector }) => selector.name);
  const rest = open.length > MOST_TOLD ? ` and ${open.length - MOST_TOLD} more` : '';
  const others = isNothingKnown && !isAll ? ', and at the others stands no key' : '';
  yield newFinding(
    'dkim',
    'dkim-common-unknown',
    isAll ? 'unknown' : 'info',
    `Of the common selectors ${names.join(', ')}${rest} could not be looked up${others}: ${first.answer.reason}.`,
    { isGuessed: true, fix: isNothingKnown ? NAME_YOURS : null },
  );
}

/** RFC 8463 6: until all receivers verify Ed25519, mail is signed with both. */
function* onlyEd25519(algorithms: ReadonlySet<KeyAlgorithm | null>): Iterable<Finding> {
  if (!algorithms.has('ed25519') || algorithms.has('rsa')) return;
  yield newFinding(
    'dkim',
    'dkim-ed25519-alone',
    'warning',
    'No RSA key was found beside the Ed25519 key; receivers that do not know Ed25519 find no valid signature.',
    {
      clause: 'RFC 8463 6',
      fix: 'Sign with an RSA key of 2048 bits too, under a selector of its own.',
    },
  );
}

function* nothingFound(found: {
  readonly findings: readonly Finding[];
  readonly looked: readonly Looked[];
  readonly anywhere: Looked;
  readonly outbound: OutboundMail;
}): Iterable<Finding> {
  const isDoubtful = found.looked.some(({ answer }) => answer.kind === 'unknown');
  if (isDoubtful || found.findings.length > 0 || hasKey(found.anywhere)) return;
  if (found.outbound === 'none') {
    yield newFinding(
      'dkim',
      'dkim-none-needed',
      'ok',
      'No DKIM key was found, and none is needed: the SPF record says that the domain sends no mail.',
      { clause: 'RFC 6376 3.1' },
    );
    return;
  }
  yield newFinding(
    'dkim',
    'dkim-none-found',
    'warning',
    'No DKIM key was found at the selectors that many use. DNS can not list the others.',
    { clause: 'RFC 6376 3.1', fix: `${NAME_YOURS} When it is not signed, set up DKIM.` },
  );
}

function* notLookedAt(given: readonly CheckedSelector[]): Iterable<Finding> {
  const bad = given.find(({ name }) => !isSelector(name));
  if (bad !== undefined) {
    yield newFinding('dkim', 'dkim-bad-selector', 'warning', `${quoted(bad.name)} can not be a selector.`, {
      clause: 'RFC 6376 3.1',
    });
  }
  const places = new Set(given.map(({ name, domain = '' }) => `${name.toLowerCase()} ${domain}`));
  if (places.size <= MOST_SELECTORS) return;
  yield newFinding(
    'dkim',
    'dkim-too-many-selectors',
    'info',
    `Only ${MOST_SELECTORS} of ${places.size} selectors were looked at.`,
  );
}
