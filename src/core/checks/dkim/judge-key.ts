import type { Finding, Severity } from '../finding.js';
import { counted, newFinding, quoted } from '../new-finding.js';
import { txtLine } from '../zone-line.js';
import { decodeBase64, encodeBase64 } from './base64.js';
import { wrapRsaKey } from './der.js';
import { keyTag, writeKeyRecord, type KeyRecord } from './key-record.js';
import { readPublicKey, type PublicKey } from './public-key.js';

/** A key record and where it stands. */
export interface PlacedKey {
  /** The selector in words: `selector s1`. */
  readonly who: string;
  /** `s1._domainkey.example.com` */
  readonly name: string;
  readonly text: string;
  readonly record: KeyRecord;
}

export type KeyAlgorithm = 'rsa' | 'ed25519';

export interface KeyJudgement {
  readonly findings: readonly Finding[];
  /** What signatures the key can verify; null: none. */
  readonly algorithm: KeyAlgorithm | null;
}

/** RFC 8301 3.2: shorter keys don't count, longer ones need not be read. Bits. */
const SHORTEST_RSA = 1024;
const ADVISED_RSA = 2048;
const LONGEST_RSA = 4096;

/** Judges the key itself: whether it can be decoded, of what kind and how long it is. `p` isn't empty. */
export function judgeKey(placed: PlacedKey): KeyJudgement {
  const decoded = decodeBase64(keyTag(placed.record, 'p') ?? '');
  switch (decoded.kind) {
    case 'stray':
      return broken(
        placed,
        'dkim-not-base64',
        `the character ${JSON.stringify(decoded.character)} stands in it, which is none of base64`,
      );
    case 'cut-off':
      return cutOff(placed, 'a piece of it is missing');
    case 'bytes':
      return judgeBytes(placed, decoded.bytes);
  }
}

function judgeBytes(placed: PlacedKey, bytes: Uint8Array): KeyJudgement {
  const key = readPublicKey(bytes);
  switch (key.kind) {
    case 'cut-off':
      return cutOff(
        placed,
        `${counted(key.missing, 'byte')} at its end ${key.missing === 1 ? 'is' : 'are'} missing`,
      );
    case 'malformed':
      return broken(placed, 'dkim-broken-key', 'it can not be decoded');
    case 'other-algorithm':
      return broken(placed, 'dkim-broken-key', 'it is neither an RSA nor an Ed25519 key');
    case 'rsa':
    case 'ed25519': {
      const stated = keyTag(placed.record, 'k')?.toLowerCase() ?? 'rsa';
      if (stated !== key.kind) return wrongType(placed, stated, key);
      return key.kind === 'rsa' ? judgeRsa(placed, key, bytes) : judgeEd25519(placed, key);
    }
  }
}

function judgeRsa(
  placed: PlacedKey,
  key: PublicKey & { readonly kind: 'rsa' },
  bytes: Uint8Array,
): KeyJudgement {
  const isSound =
    key.bits > 0 &&
    key.isModulusOdd &&
    (key.exponent === null || (key.exponent > 2 && key.exponent % 2 === 1));
  if (!isSound) return broken(placed, 'dkim-broken-key', 'its numbers are none of an RSA key');
  const isUsable = key.bits >= SHORTEST_RSA;
  return {
    algorithm: isUsable ? 'rsa' : null,
    findings: [judgeLength(placed, key.bits), ...oddities(placed, key, bytes)],
  };
}

function judgeLength(placed: PlacedKey, bits: number): Finding {
  const make = (id: `dkim-${string}`, severity: Severity, rest: string, fix: string | null): Finding =>
    newFinding('dkim', id, severity, `${capitalized(placed.who)}: an RSA key of ${bits} bits${rest}`, {
      record: placed.text,
      clause: 'RFC 8301 3.2',
      fix,
    });
  const renew =
    'Have the signer make a key of 2048 bits, publish it under another selector, and then sign with it.';
  if (bits < SHORTEST_RSA)
    return make('dkim-short-key', 'error', '; signatures with keys under 1024 bits count as none.', renew);
  if (bits < ADVISED_RSA) return make('dkim-weak-key', 'warning', '; 2048 are advised.', renew);
  if (bits > LONGEST_RSA)
    return make('dkim-long-key', 'warning', '; receivers need not read more than 4096.', renew);
  return make('dkim-key', 'ok', '.', null);
}

function* oddities(
  { who, name, text, record }: PlacedKey,
  key: PublicKey & { readonly kind: 'rsa' },
  bytes: Uint8Array,
): Iterable<Finding> {
  const details = { record: text, clause: 'RFC 6376 3.6.1' };
  if (key.bits % 256 !== 0) {
    yield newFinding(
      'dkim',
      'dkim-odd-key-size',
      'info',
      `The key of ${who} has the odd size of ${key.bits} bits; some receivers take the usual sizes only.`,
      {
        ...details,
        clause: 'RFC 8301 3.2',
      },
    );
  }
  if (key.exponent !== null && key.exponent < 65_537) {
    yield newFinding(
      'dkim',
      'dkim-small-exponent',
      'info',
      `The key of ${who} has the exponent ${key.exponent}; usual is 65537.`,
      {
        ...details,
        clause: 'RFC 8017 3.1',
      },
    );
  }
  if (key.form === 'bare' && key.trailing === 0) {
    const wrapped = writeKeyRecord(record, { p: encodeBase64(wrapRsaKey(bytes)) });
    yield newFinding(
      'dkim',
      'dkim-bare-key',
      'warning',
      `The key of ${who} lacks the wrapping (SubjectPublicKeyInfo) that most receivers need to read it.`,
      {
        ...details,
        fix: `Publish ${txtLine(name, wrapped)}`,
      },
    );
  }
  if (key.trailing > 0) {
    const whole = writeKeyRecord(record, { p: encodeBase64(bytes.subarray(0, bytes.length - key.trailing)) });
    yield newFinding(
      'dkim',
      'dkim-trailing-data',
      'warning',
      `Behind the key of ${who} stand ${counted(key.trailing, 'byte')} that don't belong to it.`,
      {
        ...details,
        fix: `Publish ${txtLine(name, whole)}`,
      },
    );
  }
}

function judgeEd25519(placed: PlacedKey, key: PublicKey & { readonly kind: 'ed25519' }): KeyJudgement {
  const { who, name, text, record } = placed;
  const details = { record: text, clause: 'RFC 8463 4.2' };
  if (key.form === 'bare') {
    const finding = newFinding('dkim', 'dkim-key', 'ok', `${capitalized(who)}: an Ed25519 key.`, details);
    return { algorithm: 'ed25519', findings: [finding] };
  }
  const bare = writeKeyRecord(record, { p: encodeBase64(key.bytes) });
  const finding = newFinding(
    'dkim',
    'dkim-wrapped-ed25519',
    'error',
    `The Ed25519 key of ${who} is wrapped (SubjectPublicKeyInfo); it must be the 32 bytes alone.`,
    {
      ...details,
      fix: `Publish ${txtLine(name, bare)}`,
    },
  );
  return { algorithm: null, findings: [finding] };
}

function wrongType(
  placed: PlacedKey,
  stated: string,
  key: PublicKey & { readonly kind: KeyAlgorithm },
): KeyJudgement {
  const { who, name, text, record } = placed;
  const kind = key.kind === 'rsa' ? 'an RSA' : 'an Ed25519';
  const isKnown = stated === 'rsa' || stated === 'ed25519';
  const says = isKnown ? `says k=${stated}` : `says k=${quoted(stated)}, which nobody knows`;
  const p = key.kind === 'ed25519' ? encodeBase64(key.bytes) : null;
  const right = writeKeyRecord(record, { k: key.kind, ...(p === null ? {} : { p }) });
  const finding = newFinding(
    'dkim',
    'dkim-wrong-key-type',
    'error',
    `The record of ${who} ${says}, but holds ${kind} key; receivers can't use it.`,
    {
      record: text,
      clause: key.kind === 'rsa' ? 'RFC 6376 3.6.1' : 'RFC 8463 4.2',
      fix: `Publish ${txtLine(name, right)}`,
    },
  );
  return { algorithm: null, findings: [finding] };
}

function cutOff(placed: PlacedKey, why: string): KeyJudgement {
  return broken(
    placed,
    'dkim-cut-off-key',
    `${why}. A form that takes no more than 255 characters may have cut it`,
  );
}

function broken({ who, text }: PlacedKey, id: `dkim-${string}`, why: string): KeyJudgement {
  const finding = newFinding('dkim', id, 'error', `The key of ${who} can't be used: ${why}.`, {
    record: text,
    clause: 'RFC 6376 3.6.1',
    fix: 'Copy the record anew from where the key was made, a long key as several quoted strings of one TXT record.',
  });
  return { algorithm: null, findings: [finding] };
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
