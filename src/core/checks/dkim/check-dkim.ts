import type { DnsAnswer, DnsQuestions } from '../dns-answers.js';
import type { Finding } from '../finding.js';
import { counted, newFinding, quoted } from '../new-finding.js';
import { txtLine } from '../zone-line.js';
import type { KeyAlgorithm, KeyJudgement } from './judge-key.js';
import { judgeKeyRecord } from './judge-record.js';
import { looksLikeKey, readKeyRecord, writeKeyRecord } from './key-record.js';
import {
  described,
  isSelector,
  placedSelector,
  selectorsToCheck,
  type CheckedSelector,
  type PlacedSelector,
} from './selectors.js';
import { joinPieces } from './split-key.js';

/** Selectors from evidence and settings that are looked at, besides the common ones; one look-up each. */
const MOST_SELECTORS = 20;
/** More TXT strings than this at one name are not judged one by one. */
const MOST_RECORDS = 5;
/** A selector that nobody has: what stands there stands at every name. */
const NOBODY = 'dmarc-ratchet-asks-for-any-selector';

interface Looked {
  readonly selector: PlacedSelector;
  readonly answer: DnsAnswer<string>;
}

/**
 * The DKIM keys of a domain: those of the given selectors, whose absence is an error, and what stands at selectors that
 * many use, whose absence says nothing. At most 60 look-ups. Never empty.
 */
export async function checkDkim(
  domain: string,
  selectors: readonly CheckedSelector[],
  dns: DnsQuestions,
): Promise<readonly Finding[]> {
  const chosen = selectorsToCheck(selectors, domain, MOST_SELECTORS);
  const nobody = placedSelector({ name: NOBODY, from: 'common', domain });
  const [wildcard, ...looked] = await Promise.all([nobody, ...chosen].map((one) => lookUp(one, dns)));
  const everywhere = wildcard?.answer.kind === 'found' ? wildcard.answer.records : [];
  const relevant = looked.filter((one) => !isEverywhere(one, everywhere));
  const judgements = relevant.flatMap((one) => judgeAnswer(one));
  const findings = judgements.flatMap((judgement) => judgement.findings);
  const algorithms = new Set(judgements.map(({ algorithm }) => algorithm));
  return [
    ...findings,
    ...anySelector(domain, everywhere),
    ...commonUnknown(relevant),
    ...onlyEd25519(algorithms),
    ...nothingFound(findings, relevant, everywhere),
    ...notLookedAt(selectors),
  ];
}

async function lookUp(selector: PlacedSelector, dns: DnsQuestions): Promise<Looked> {
  return { selector, answer: await dns.txt(selector.place) };
}

/** A wildcard answers for the common selectors too; that says nothing about them. */
function isEverywhere({ selector, answer }: Looked, everywhere: readonly string[]): boolean {
  if (selector.from !== 'common' || answer.kind !== 'found' || everywhere.length === 0) return false;
  return answer.records.every((text) => everywhere.includes(text));
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
        fix: `Ask whoever runs ${quoted(target)} to publish the key, or take the alias out when nobody signs with it.`,
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

function severalRecords({ selector }: Looked, texts: readonly string[]): Finding {
  return newFinding(
    'dkim',
    'dkim-several-records',
    'error',
    `${texts.length} TXT records stand at ${described(selector)}; receivers may take any of them, or none.`,
    {
      record: texts.slice(0, MOST_RECORDS).join('\n'),
      clause: 'RFC 6376 3.6.2.2',
      fix: 'Keep exactly one; a second key needs a selector of its own.',
    },
  );
}

/** A wildcard: revoked everywhere is what a domain that sends nothing should say; another key is a slip. */
function* anySelector(domain: string, everywhere: readonly string[]): Iterable<Finding> {
  const text = everywhere.find(looksLikeKey);
  if (text === undefined) return;
  const isRevoked = readKeyRecord(text).tags.some(({ name, value }) => name === 'p' && value.trim() === '');
  const details = { record: `*._domainkey.${domain}. TXT "${quoted(text)}"`, clause: 'RFC 6376 3.6.2.1' };
  if (isRevoked) {
    yield newFinding(
      'dkim',
      'dkim-all-revoked',
      'info',
      `Every selector of ${domain} is revoked by a wildcard: no mail of it is signed.`,
      { ...details, clause: 'RFC 6376 3.6.1' },
    );
    return;
  }
  yield newFinding('dkim', 'dkim-wildcard', 'warning', 'A wildcard gives the same key for every selector.', {
    ...details,
    fix: 'Publish each key at its own selector.',
  });
}

function* commonUnknown(looked: readonly Looked[]): Iterable<Finding> {
  const reasons = looked.flatMap(({ selector, answer }) =>
    selector.from === 'common' && answer.kind === 'unknown' ? [answer.reason] : [],
  );
  const [reason] = reasons;
  if (reason === undefined) return;
  yield newFinding(
    'dkim',
    'dkim-common-unknown',
    'unknown',
    `${counted(reasons.length, 'common selector')} could not be looked up: ${reason}.`,
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

function* nothingFound(
  findings: readonly Finding[],
  looked: readonly Looked[],
  everywhere: readonly string[],
): Iterable<Finding> {
  const isDoubtful = looked.some(({ answer }) => answer.kind === 'unknown');
  if (isDoubtful || findings.length > 0 || everywhere.some(looksLikeKey)) return;
  yield newFinding(
    'dkim',
    'dkim-none-found',
    'warning',
    'No DKIM key was found at the selectors that many use. DNS can not list the others.',
    {
      clause: 'RFC 6376 3.1',
      fix: 'Name the selector that your mail is signed with (s= in its DKIM-Signature); when it is not signed, set up DKIM.',
    },
  );
}

function* notLookedAt(given: readonly CheckedSelector[]): Iterable<Finding> {
  const bad = given.find(({ name }) => !isSelector(name));
  if (bad !== undefined) {
    yield newFinding('dkim', 'dkim-bad-selector', 'warning', `${quoted(bad.name)} can not be a selector.`, {
      clause: 'RFC 6376 3.1',
    });
  }
  const names = new Set(given.map(({ name }) => name.toLowerCase()));
  if (names.size <= MOST_SELECTORS) return;
  yield newFinding(
    'dkim',
    'dkim-too-many-selectors',
    'info',
    `Only ${MOST_SELECTORS} of ${names.size} selectors were looked at.`,
  );
}
