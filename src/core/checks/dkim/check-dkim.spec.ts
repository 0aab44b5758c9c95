import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zoneQuestions, type Zone } from '../../../../test/builders/zone-questions.js';
import { overallStatus, type Severity } from '../finding.js';
import { encodeBase64 } from './base64.js';
import { checkDkim } from './check-dkim.js';
import { wrapRsaKey } from './der.js';
import { judgeKeyRecord } from './judge-record.js';
import { placedSelector, selectorsToCheck, type CheckedSelector } from './selectors.js';

const D = 'example.com';
const S1: CheckedSelector = { name: 's1', from: 'settings' };
const SEEN: CheckedSelector = { name: 's1', from: 'evidence' };
const PLACED = placedSelector({ name: 's1', from: 'settings', domain: D });
const NAME = 's1._domainkey.example.com';

/** As long as it says, and odd: all that the checks look at. */
function bareRsa(bits: number, exponent: readonly number[] = [1, 0, 1], last = 1): Uint8Array {
  const modulus = new Uint8Array(Math.ceil(bits / 8)).fill(0x5a);
  modulus[0] = 1 << ((bits - 1) % 8);
  modulus[modulus.length - 1] = last;
  const number = (bytes: readonly number[]): readonly number[] => {
    const signed = (bytes[0] ?? 0) < 0x80 ? bytes : [0, ...bytes];
    return [0x02, 0x82, signed.length >> 8, signed.length & 255, ...signed];
  };
  const content = [...number([...modulus]), ...number(exponent)];
  return Uint8Array.of(0x30, 0x82, content.length >> 8, content.length & 255, ...content);
}

const rsa = (bits: number): string => encodeBase64(wrapRsaKey(bareRsa(bits)));
const KEY = rsa(2048);
const GOOD = `v=DKIM1; k=rsa; p=${KEY}`;
const WRAPPED_ED = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' });
const ED = WRAPPED_ED.subarray(-32).toString('base64');
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64');

/** The finding of a key that is fine in itself. */
const FINE = 'dkim-key';

describe('checkDkim', () => {
  it.each<[string, string, readonly string[], Severity]>([
    ['a sound RSA key', GOOD, [FINE], 'ok'],
    ['one without the tags that may be missing', `p=${KEY}`, [FINE], 'ok'],
    ['a final semicolon and odd spaces', ` v = DKIM1 ;k= rsa ; p = ${KEY} ; `, [FINE], 'ok'],
    ['tags that nobody knows', `v=DKIM1; x=1; p=${KEY}; n=a note`, [FINE], 'ok'],
    ['a key of 4096 bits', `v=DKIM1; p=${rsa(4096)}`, [FINE], 'ok'],
    ['a key of 1024 bits', `v=DKIM1; p=${rsa(1024)}`, ['dkim-weak-key'], 'warning'],
    ['a key of 512 bits', `v=DKIM1; p=${rsa(512)}`, ['dkim-short-key'], 'error'],
    ['a key of 1023 bits', `v=DKIM1; p=${rsa(1023)}`, ['dkim-short-key', 'dkim-odd-key-size'], 'error'],
    ['a key of 8192 bits', `v=DKIM1; p=${rsa(8192)}`, ['dkim-long-key'], 'warning'],
    ['a key of 2047 bits', `v=DKIM1; p=${rsa(2047)}`, ['dkim-weak-key', 'dkim-odd-key-size'], 'warning'],
    ['a key of 2056 bits', `v=DKIM1; p=${rsa(2056)}`, [FINE, 'dkim-odd-key-size'], 'info'],
    [
      'the exponent 3',
      `p=${encodeBase64(wrapRsaKey(bareRsa(2048, [3])))}`,
      [FINE, 'dkim-small-exponent'],
      'info',
    ],
    ['the exponent 1', `p=${encodeBase64(wrapRsaKey(bareRsa(2048, [1])))}`, ['dkim-broken-key'], 'error'],
    [
      'an even modulus',
      `p=${encodeBase64(wrapRsaKey(bareRsa(2048, [1, 0, 1], 2)))}`,
      ['dkim-broken-key'],
      'error',
    ],
    ['a bare RSA key', `p=${encodeBase64(bareRsa(2048))}`, [FINE, 'dkim-bare-key'], 'warning'],
    [
      'a key twice',
      `p=${encodeBase64(Uint8Array.of(...wrapRsaKey(bareRsa(2048)), 1, 2))}`,
      [FINE, 'dkim-trailing-data'],
      'warning',
    ],
    ['an Ed25519 key', `v=DKIM1; k=ed25519; p=${ED}`, [FINE, 'dkim-ed25519-alone'], 'warning'],
    [
      'a wrapped Ed25519 key',
      `v=DKIM1; k=ed25519; p=${WRAPPED_ED.toString('base64')}`,
      ['dkim-wrapped-ed25519'],
      'error',
    ],
    ['an Ed25519 key as RSA', `v=DKIM1; k=rsa; p=${ED}`, ['dkim-wrong-key-type'], 'error'],
    ['an RSA key as Ed25519', `v=DKIM1; k=ed25519; p=${KEY}`, ['dkim-wrong-key-type'], 'error'],
    ['a kind that nobody knows', `v=DKIM1; k=dsa; p=${KEY}`, ['dkim-wrong-key-type'], 'error'],
    ['a key of another kind', `v=DKIM1; p=${EC}`, ['dkim-broken-key'], 'error'],
    ['noise', 'v=DKIM1; p=aGVsbG8gd29ybGQ=', ['dkim-broken-key'], 'error'],
    ['a key cut off', `v=DKIM1; k=rsa; p=${KEY.slice(0, 237)}`, ['dkim-cut-off-key'], 'error'],
    ['a key cut off within a byte', `v=DKIM1; k=rsa; p=${KEY.slice(0, 236)}`, ['dkim-cut-off-key'], 'error'],
    ['what is no base64', 'v=DKIM1; p=<your key>', ['dkim-not-base64'], 'error'],
    ['a revoked key', 'v=DKIM1; p=', ['dkim-revoked'], 'error'],
    ['no key', 'v=DKIM1; k=rsa', ['dkim-no-key'], 'error'],
    ['a test', `v=DKIM1; t=y; p=${KEY}`, [FINE, 'dkim-testing'], 'warning'],
    ['its very domain only', `v=DKIM1; t=s; p=${KEY}`, [FINE, 'dkim-strict'], 'info'],
    ['both', `v=DKIM1; t=y : s; p=${KEY}`, [FINE, 'dkim-testing', 'dkim-strict'], 'warning'],
    ['mail', `v=DKIM1; s=email; p=${KEY}`, [FINE], 'ok'],
    ['all services', `v=DKIM1; s=*; p=${KEY}`, [FINE], 'ok'],
    ['another service', `v=DKIM1; s=tlsrpt; p=${KEY}`, [FINE, 'dkim-service-type'], 'error'],
    ['SHA-256', `v=DKIM1; h=sha256; p=${KEY}`, [FINE], 'ok'],
    ['SHA-1 only', `v=DKIM1; h=sha1; p=${KEY}`, [FINE, 'dkim-sha1-only'], 'error'],
    ['SHA-1 too', `v=DKIM1; h=sha1:sha256; p=${KEY}`, [FINE, 'dkim-sha1'], 'info'],
    ['an unknown hash', `v=DKIM1; h=md5; p=${KEY}`, [FINE, 'dkim-unknown-hash'], 'error'],
    [
      'backslashes',
      String.raw`v=DKIM1\; k=rsa\; p=${rsa(1024)}`,
      ['dkim-escaped-semicolon', 'dkim-weak-key'],
      'error',
    ],
    ['quotation marks', `"v=DKIM1; k=rsa; " "p=${KEY}"`, ['dkim-quotes', FINE], 'error'],
    ['a missing semicolon', `v=DKIM1; k=rsa p=${KEY}`, ['dkim-missing-semicolon', FINE], 'error'],
    [
      'a missing semicolon behind the key',
      `v=DKIM1; p=${KEY} t=s`,
      ['dkim-missing-semicolon', FINE, 'dkim-strict'],
      'error',
    ],
    ['capital tags', `V=DKIM1; K=rsa; P=${KEY}`, ['dkim-capital-tag', FINE], 'error'],
    [
      'lines of a PEM file',
      `v=DKIM1; p=-----BEGIN PUBLIC KEY-----${KEY}-----END PUBLIC KEY-----`,
      ['dkim-pem', FINE],
      'error',
    ],
    ['spaces in the key', `v=DKIM1; p=${KEY.slice(0, 64)} ${KEY.slice(64)}`, [FINE, 'dkim-spaces'], 'info'],
    ['another version', `v=dkim1; p=${KEY}`, ['dkim-bad-version', FINE], 'error'],
    ['the version behind', `k=rsa; v=DKIM1; p=${KEY}`, ['dkim-bad-version', FINE], 'error'],
    ['a tag twice', `v=DKIM1; k=rsa; k=rsa; p=${KEY}`, ['dkim-duplicate-tag', FINE], 'error'],
    ['a historic tag', `v=DKIM1; g=*; p=${KEY}`, [FINE, 'dkim-historic-tag'], 'info'],
    ['another record', 'v=spf1 -all', ['dkim-not-a-key'], 'error'],
    ['a note in quotation marks', `v=DKIM1; k=rsa; n="key of the shop"; p=${KEY}`, [FINE], 'ok'],
    ['a note that names tags', `v=DKIM1; n=ask it s=ops about k=rsa or p=x; p=${KEY}`, [FINE], 'ok'],
    ['a note with a backslash', String.raw`v=DKIM1; p=${KEY}; n=made by CORP\admin`, [FINE], 'ok'],
    ['a note that runs into the key', `v=DKIM1; n=new p=${KEY}`, ['dkim-missing-semicolon', FINE], 'error'],
    [
      'quotation marks around all, a note too',
      `"v=DKIM1; n=new key; p=${KEY}"`,
      ['dkim-quotes', FINE],
      'error',
    ],
  ])('%s', async (_what, text, ids, status) => {
    const findings = await checkDkim(D, [S1], zoneQuestions({ [NAME]: [{ TXT: text }] }));
    expect(findings.map(({ id }) => id)).toEqual(ids);
    expect(overallStatus(findings)).toBe(status);
  });

  it.each<[string, string | readonly string[], Severity]>([
    ['one tag twice', `v=DKIM1; k=rsa; k=rsa; p=${KEY}`, 'warning'],
    ['the version behind', `k=rsa; v=DKIM1; p=${KEY}`, 'warning'],
    ['SHA-1 only', `v=DKIM1; h=sha1; p=${KEY}`, 'warning'],
    ['a short key', `v=DKIM1; p=${rsa(512)}`, 'warning'],
    ['quotation marks beside the key', `v=DKIM1; x="a"; p=${KEY}`, 'warning'],
    ['another text beside the key', ['proof=1', GOOD], 'warning'],
    ['quotation marks around all', `"v=DKIM1; k=rsa; p=${KEY}"`, 'error'],
    ['a key that runs into another tag', `v=DKIM1; k=rsa p=${KEY}`, 'error'],
    ['capital tags', `V=DKIM1; P=${KEY}`, 'error'],
    ['a revoked key', 'v=DKIM1; p=', 'error'],
    ['a key cut off', `v=DKIM1; p=${KEY.slice(0, 237)}`, 'error'],
    ['an RSA key as Ed25519', `v=DKIM1; k=ed25519; p=${KEY}`, 'error'],
    ['other texts', ['proof=1', 'proof=2'], 'error'],
  ])('is no worse than it was where receivers verified mail with %s', async (_what, texts, status) => {
    const zone = { [NAME]: [texts].flat().map((TXT) => ({ TXT })) };
    expect(overallStatus(await checkDkim(D, [SEEN], zoneQuestions(zone)))).toBe(status);
    expect(overallStatus(await checkDkim(D, [S1], zoneQuestions(zone)))).toBe('error');
  });

  it.each<[string, readonly CheckedSelector[], Zone, readonly string[], Severity]>([
    ['nothing anywhere', [], {}, ['dkim-none-found'], 'warning'],
    ['nothing where a person said', [S1], {}, ['dkim-missing'], 'error'],
    ['nothing where mail was signed', [SEEN], {}, ['dkim-missing'], 'error'],
    ['a time-out', [S1], { [NAME]: ['TIMEOUT'] }, ['dkim-unknown'], 'unknown'],
    [
      'a time-out at common selectors',
      [],
      { [`google._domainkey.${D}`]: ['TIMEOUT'], [`k1._domainkey.${D}`]: ['TIMEOUT'] },
      ['dkim-common-unknown'],
      'info',
    ],
    ['a common selector', [], { [`default._domainkey.${D}`]: [{ TXT: GOOD }] }, [FINE], 'ok'],
    [
      'a common selector that is revoked',
      [],
      { [`default._domainkey.${D}`]: [{ TXT: 'v=DKIM1; p=' }] },
      ['dkim-revoked'],
      'info',
    ],
    [
      'another record at a common selector',
      [],
      { [`mail._domainkey.${D}`]: [{ TXT: 'hello' }] },
      ['dkim-none-found'],
      'warning',
    ],
    [
      'an alias',
      [S1],
      { [NAME]: [{ CNAME: 'k.esp.example' }], 'k.esp.example': [{ TXT: GOOD }] },
      ['dkim-alias', FINE],
      'info',
    ],
    [
      'an alias to nothing',
      [S1],
      { [NAME]: [{ CNAME: 'k.esp.example' }] },
      ['dkim-alias-to-nothing'],
      'error',
    ],
    [
      'an alias to nothing at a common selector',
      [],
      { [`s1._domainkey.${D}`]: [{ CNAME: 'k.esp.example' }] },
      ['dkim-alias-to-nothing'],
      'warning',
    ],
    [
      'several strings in one record',
      [S1],
      { [NAME]: [{ TXT: [GOOD.slice(0, 255), GOOD.slice(255)] }] },
      [FINE],
      'ok',
    ],
    [
      'several records',
      [S1],
      { [NAME]: [{ TXT: GOOD }, { TXT: `v=DKIM1; p=${rsa(4096)}` }] },
      ['dkim-several-records'],
      'error',
    ],
    [
      'a key beside something else',
      [S1],
      { [NAME]: [{ TXT: 'hello' }, { TXT: GOOD }] },
      ['dkim-several-records', FINE],
      'error',
    ],
    [
      'a key cut into two records',
      [S1],
      { [NAME]: [{ TXT: GOOD.slice(255) }, { TXT: GOOD.slice(0, 255) }] },
      ['dkim-split-key'],
      'error',
    ],
    [
      'both kinds of keys',
      [S1, { name: 's2', from: 'settings' }],
      { [NAME]: [{ TXT: GOOD }], [`s2._domainkey.${D}`]: [{ TXT: `v=DKIM1; k=ed25519; p=${ED}` }] },
      [FINE, FINE],
      'ok',
    ],
    [
      'a key of a subdomain that signs',
      [{ name: 's1', from: 'evidence', domain: 'mail.example.com' }],
      { 's1._domainkey.mail.example.com': [{ TXT: GOOD }] },
      [FINE],
      'ok',
    ],
    [
      'what is no selector',
      [{ name: 's1..x', from: 'evidence' }],
      {},
      ['dkim-none-found', 'dkim-bad-selector'],
      'warning',
    ],
  ])('%s', async (_what, selectors, zone, ids, status) => {
    const findings = await checkDkim(D, selectors, zoneQuestions(zone));
    expect(findings.map(({ id }) => id)).toEqual(ids);
    expect(overallStatus(findings)).toBe(status);
  });

  it('is unknown when no name below _domainkey could be looked up', async () => {
    const txt = () => Promise.resolve({ kind: 'unknown', reason: 'time-out' } as const);
    const findings = await checkDkim(D, [], { ...zoneQuestions({}), txt });
    expect(findings.map(({ id, severity }) => `${id} ${severity}`)).toEqual(['dkim-common-unknown unknown']);
  });

  it('asks for no key of a domain that sends nothing', async () => {
    const findings = await checkDkim(D, [], zoneQuestions({}), { outbound: 'none' });
    expect(findings.map(({ id, severity }) => `${id} ${severity}`)).toEqual(['dkim-none-needed ok']);
  });

  it('is known when a key was found, whatever is guessed besides', async () => {
    const zone = { [NAME]: [{ TXT: GOOD }], [`google._domainkey.${D}`]: ['TIMEOUT' as const] };
    const findings = await checkDkim(D, [S1], zoneQuestions(zone));
    expect(findings.map(({ id, severity }) => `${id} ${severity}`)).toEqual([
      'dkim-key ok',
      'dkim-common-unknown info',
    ]);
  });

  it.each<[string, string, string]>([
    ['escaped semicolons', String.raw`v=DKIM1\; k=rsa\; p=AAAA\;`, 'v=DKIM1; k=rsa; p=AAAA'],
    ['one behind a note', String.raw`v=DKIM1\; n="a" k=b\; p=AAAA`, String.raw`v=DKIM1; n=\"a\" k=b; p=AAAA`],
    ['capitals', 'V=DKIM1; K=rsa; P=AAAA', 'v=DKIM1; k=rsa; p=AAAA'],
    ['a missing semicolon', 'v=DKIM1 k=rsa p=AAAA', 'v=DKIM1; k=rsa; p=AAAA'],
    ['a late version', 'k=rsa; v=DKIM1; p=AA AA', 'v=DKIM1; k=rsa; p=AAAA'],
  ])('gives the exact record for %s', async (_what, text, right) => {
    const [finding] = await checkDkim(D, [S1], zoneQuestions({ [NAME]: [{ TXT: text }] }));
    expect(finding?.fix).toBe(`Publish ${NAME}. TXT "${right}"`);
  });

  it('gives a key that was cut into records as strings of one record', async () => {
    const texts = [GOOD.slice(250), GOOD.slice(0, 250)].map((TXT) => ({ TXT }));
    const [finding] = await checkDkim(D, [S1], zoneQuestions({ [NAME]: texts }));
    expect(finding?.fix).toBe(`Replace them by ${NAME}. TXT "${GOOD.slice(0, 255)}" "${GOOD.slice(255)}"`);
  });

  it('gives an Ed25519 key without its wrapping', async () => {
    const text = `v=DKIM1; k=ed25519; p=${WRAPPED_ED.toString('base64')}`;
    const [finding] = await checkDkim(D, [S1], zoneQuestions({ [NAME]: [{ TXT: text }] }));
    expect(finding?.fix).toBe(`Publish ${NAME}. TXT "v=DKIM1; k=ed25519; p=${ED}"`);
  });

  it('reads the keys of RFC 8463 A.2', async () => {
    const name = (selector: string): string => `${selector}._domainkey.football.example.com`;
    const zone = zoneQuestions({
      [name('brisbane')]: [{ TXT: 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=' }],
      [name('test')]: [
        {
          TXT: [
            'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR',
            'iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC',
            'DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3',
            'Ip3G+2kryOTIKT+l/K4w3QIDAQAB',
          ],
        },
      ],
    });
    const selectors = ['brisbane', 'test'].map((selector): CheckedSelector => ({
      name: selector,
      from: 'settings',
    }));
    const findings = await checkDkim('football.example.com', selectors, zone);
    expect(findings.map(({ message }) => message)).toEqual([
      'Selector brisbane: an Ed25519 key.',
      'Selector test: an RSA key of 1024 bits; 2048 are advised.',
    ]);
  });

  it('asks a bounded number of questions, however many selectors the reports name', async () => {
    const dns = zoneQuestions({});
    const selectors = Array.from({ length: 5000 }, (_, at): CheckedSelector => ({
      name: `x${at}`,
      from: 'evidence',
    }));
    const findings = await checkDkim(D, selectors, dns);
    expect(dns.asked.length).toBeLessThanOrEqual(70);
    expect(findings.at(-1)?.id).toBe('dkim-too-many-selectors');
  });

  it('has room for all that settings name beside what reports tell of', async () => {
    const seen = Array.from({ length: 20 }, (_, at) => ({ name: `x${at}`, from: 'evidence' }) as const);
    const named = Array.from({ length: 10 }, (_, at) => ({ name: `n${at}`, from: 'settings' }) as const);
    const findings = await checkDkim(D, [...seen, ...named], zoneQuestions({}));
    expect(findings.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, () => 'dkim-missing'));
  });

  it('tells the same selector of several domains apart', async () => {
    const domains = Array.from({ length: 31 }, (_, at) => `d${at}.example.com`);
    const seen = domains.map((domain) => ({ name: 's1', from: 'evidence', domain }) as const);
    const findings = await checkDkim(D, seen, zoneQuestions({}));
    expect(findings.at(-1)?.message).toBe('Only 30 of 31 selectors were looked at.');
  });

  it('takes any text, and keeps its messages short', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom(';', '\\;', '"', 'p=', 'v=DKIM1', 'k=rsa', ' t=y', KEY, '-----BEGIN '),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const { findings } = judgeKeyRecord(parts.join(''), PLACED);
        expect(findings.length).toBeGreaterThan(0);
        for (const { message } of findings) expect(message.length).toBeLessThan(300);
      }),
    );
  });

  it.each([
    'p=' + ' '.repeat(60_000),
    ';'.repeat(60_000),
    '\\'.repeat(60_000),
    'p=A '.repeat(15_000),
    '-----BEGIN '.repeat(6000),
  ])('reads a hostile record at once (%#)', (text) => {
    expect(judgeKeyRecord(text, PLACED).algorithm).toBeNull();
  });
});

describe('selectorsToCheck', () => {
  it('keeps the better reason and small letters', () => {
    const given: readonly CheckedSelector[] = [
      { name: 'Google', from: 'settings' },
      { name: 'google', from: 'evidence' },
    ];
    const [first, ...others] = selectorsToCheck(given, D, 20);
    expect(first).toMatchObject({ place: 'google._domainkey.example.com', from: 'evidence' });
    expect(others.map(({ name }) => name)).not.toContain('google');
  });
});
