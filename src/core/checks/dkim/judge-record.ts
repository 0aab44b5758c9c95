import type { Finding, Severity } from '../finding.js';
import { newFinding, quoted } from '../new-finding.js';
import { txtLine } from '../zone-line.js';
import { judgeKey, type KeyJudgement, type PlacedKey } from './judge-key.js';
import { keyTag, listOf, readKeyRecord, writeKeyRecord, type TypingSlip } from './key-record.js';
import { described, type PlacedSelector } from './selectors.js';

/** What is wrong with each slip, and what verifiers make of it. */
const SLIPS: Readonly<Record<TypingSlip, readonly [id: `dkim-${string}`, message: string]>> = {
  quotes: ['dkim-quotes', 'quotation marks are part of the text; they belong to zone files only'],
  backslash: [
    'dkim-escaped-semicolon',
    'backslashes are part of the text; only zone files need them before semicolons',
  ],
  'no-semicolon': ['dkim-missing-semicolon', 'a semicolon is missing between two tags'],
  capitals: ['dkim-capital-tag', 'tag names must be written in small letters'],
  pem: ['dkim-pem', 'the lines around the key (BEGIN and END PUBLIC KEY) must not be published'],
};

/** What one TXT string at a selector says as a DKIM key record (RFC 6376 3.6.1). Never without findings. */
export function judgeKeyRecord(text: string, selector: PlacedSelector): KeyJudgement {
  const record = readKeyRecord(text);
  const placed: PlacedKey = { who: described(selector), name: selector.place, text, record };
  const form = [...typing(placed), ...version(placed), ...duplicates(placed)];
  const key = keyTag(record, 'p');
  if (key === null) return { algorithm: null, findings: [...form, noKey(placed)] };
  if (key.replace(/\s+/g, '') === '')
    return { algorithm: null, findings: [...form, revoked(placed, selector)] };
  const { findings, algorithm } = judgeKey(placed);
  const more = algorithm === null ? [] : remarks(placed); // nothing of note in a key that can't be used
  const all = [...form, ...findings, ...limits(placed), ...more];
  const isRefused = all.some(({ severity }) => severity === 'error');
  return { algorithm: isRefused ? null : algorithm, findings: all };
}

function* typing({ who, name, text, record }: PlacedKey): Iterable<Finding> {
  for (const slip of record.slips) {
    const [id, why] = SLIPS[slip];
    yield newFinding('dkim', id, 'error', `Receivers can't read the record of ${who}: ${why}.`, {
      record: text,
      clause: 'RFC 6376 3.2',
      fix: `Publish ${txtLine(name, writeKeyRecord(record))}`,
    });
  }
}

/** RFC 6376 3.6.1 "v": may be left out; if it is there it comes first and is DKIM1, in capitals. */
function* version({ who, name, text, record }: PlacedKey): Iterable<Finding> {
  const value = keyTag(record, 'v');
  if (value === null) return;
  const isFirst = record.tags[0]?.name === 'v';
  if (value === 'DKIM1' && isFirst) return;
  const why =
    value === 'DKIM1' ? 'v=DKIM1 must come first' : `the version must be DKIM1, not ${quoted(value)}`;
  yield newFinding('dkim', 'dkim-bad-version', 'error', `Receivers ignore the record of ${who}: ${why}.`, {
    record: text,
    clause: 'RFC 6376 3.6.1',
    fix: `Publish ${txtLine(name, writeKeyRecord(record))}`,
  });
}

function* duplicates({ who, text, record }: PlacedKey): Iterable<Finding> {
  const names = record.tags.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice === undefined) return;
  yield newFinding(
    'dkim',
    'dkim-duplicate-tag',
    'error',
    `The tag ${quoted(twice)} stands more than once in the record of ${who}; it is invalid.`,
    {
      record: text,
      clause: 'RFC 6376 3.2',
      fix: `Keep one ${quoted(twice)} tag.`,
    },
  );
}

function noKey({ who, text }: PlacedKey): Finding {
  return newFinding('dkim', 'dkim-no-key', 'error', `The record of ${who} has no key (p).`, {
    record: text,
    clause: 'RFC 6376 3.6.1',
    fix: 'Copy the record anew from where the key was made.',
  });
}

/** For a selector that nobody is known to use, taking the key back is what its owner wanted. */
function revoked({ who, text }: PlacedKey, { from }: PlacedSelector): Finding {
  return newFinding(
    'dkim',
    'dkim-revoked',
    from === 'common' ? 'info' : 'error',
    `The key of ${who} is revoked (p is empty): signatures with it fail.`,
    {
      record: text,
      clause: 'RFC 6376 3.6.1',
      fix: from === 'common' ? null : 'Stop signing with this selector, or publish its key.',
    },
  );
}

/** Tags that keep receivers from using the key for signatures of mail. */
function* limits({ who, name, text, record }: PlacedKey): Iterable<Finding> {
  const services = listOf(keyTag(record, 's') ?? '*');
  if (!services.includes('*') && !services.includes('email')) {
    yield newFinding(
      'dkim',
      'dkim-service-type',
      'error',
      `The record of ${who} says s=${quoted(services.join(':'))}: the key is not for mail.`,
      {
        record: text,
        clause: 'RFC 6376 3.6.1',
        fix: `Publish ${txtLine(name, writeKeyRecord(record, { s: null }))}`,
      },
    );
  }
  const hashes = keyTag(record, 'h');
  if (hashes === null || listOf(hashes).includes('sha256')) return;
  const [id, why]: readonly [`dkim-${string}`, string] = listOf(hashes).includes('sha1')
    ? ['dkim-sha1-only', 'SHA-1 only, which receivers no longer accept']
    : ['dkim-unknown-hash', `only ${quoted(hashes)}, which receivers don't know`];
  yield newFinding('dkim', id, 'error', `The record of ${who} allows ${why}.`, {
    record: text,
    clause: 'RFC 8301 3.1',
    fix: `Publish ${txtLine(name, writeKeyRecord(record, { h: null }))}`,
  });
}

/** What works, and is worth knowing. */
function* remarks({ who, name, text, record }: PlacedKey): Iterable<Finding> {
  const clause = 'RFC 6376 3.6.1';
  const note = (id: `dkim-${string}`, severity: Severity, message: string, fix: string | null): Finding =>
    newFinding('dkim', id, severity, message, { record: text, clause, fix });
  const flags = listOf(keyTag(record, 't') ?? '');
  if (flags.includes('y')) {
    const without = flags.filter((flag) => flag !== 'y').join(':');
    const right = writeKeyRecord(record, { t: without === '' ? null : without });
    yield note(
      'dkim-testing',
      'warning',
      `The key of ${who} is marked as a test (t=y): receivers may treat mail signed with it as unsigned.`,
      `Publish ${txtLine(name, right)}`,
    );
  }
  if (flags.includes('s')) {
    yield note(
      'dkim-strict',
      'info',
      `The key of ${who} is for this very domain (t=s): signatures whose i= names a subdomain fail.`,
      null,
    );
  }
  if (listOf(keyTag(record, 'h') ?? '').includes('sha1')) {
    const right = writeKeyRecord(record, { h: 'sha256' });
    if (listOf(keyTag(record, 'h') ?? '').includes('sha256')) {
      yield note(
        'dkim-sha1',
        'info',
        `The record of ${who} still allows SHA-1, which receivers no longer accept.`,
        `Publish ${txtLine(name, right)}`,
      );
    }
  }
  if (/\s/.test(keyTag(record, 'p') ?? '') && record.slips.length === 0) {
    yield note(
      'dkim-spaces',
      'info',
      `Spaces stand within the key of ${who}; the standard allows them, yet some receivers stumble.`,
      `Publish ${txtLine(name, writeKeyRecord(record))}`,
    );
  }
  if (keyTag(record, 'g') !== null) {
    yield note(
      'dkim-historic-tag',
      'info',
      `The tag g in the record of ${who} is historic; old receivers may take it for a limit.`,
      `Publish ${txtLine(name, writeKeyRecord(record))}`,
    );
  }
}
