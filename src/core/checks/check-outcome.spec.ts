import { describe, expect, it } from 'vitest';
import { checked, finding, holdOf, MAIL, NOW, SIGNED } from '../../../test/builders/checks.js';
import { zoneQuestions, type Zone } from '../../../test/builders/zone-questions.js';
import { observed } from '../../../test/builders/rollout.js';
import { HOUR_MS } from '../instant.js';
import { checkDomain } from './check-domain.js';
import { checksHold, nextCheckAt, type CheckedMail } from './check-outcome.js';
import { checkDkim } from './dkim/check-dkim.js';
import type { CheckedSelector } from './dkim/selectors.js';
import { storedCheck, type StoredCheck } from './stored-check.js';

const PARKED: CheckedMail = { ...SIGNED, isParked: true };

async function lookedAt(
  zone: Zone,
  hoursAgo: number,
  selectors: readonly CheckedSelector[] = [],
): Promise<StoredCheck> {
  const options = { senders: [], selectors, mailbox: null };
  const check = await checkDomain('shop.example', options, zoneQuestions(zone), observed('v=DMARC1; p=none'));
  return storedCheck(check, NOW - hoursAgo * HOUR_MS);
}

const GOOD = checked([finding('spf-record', 'ok'), finding('mx-hosts', 'ok')]);

describe('what the checks hold', () => {
  it.each(['rdns-missing', 'mx-alias', 'spf-syntax', 'dkim-missing'])(
    '%s holds, and says what to fix',
    (id) => {
      expect(holdOf(MAIL, checked([finding(id, 'error', { fix: 'Mend it.' })]))).toContain(
        `${id} it is. Mend it.`,
      );
    },
  );

  it.each([
    ['a warning', finding('spf-ptr', 'warning')],
    ['an error of the DMARC record, which has holds of its own', finding('dmarc-rua-unauthorized', 'error')],
    ['what is fine', finding('mx-hosts', 'ok')],
  ])('%s holds nothing', (_what, found) => {
    expect(holdOf(MAIL, checked([found]))).toBeNull();
  });

  it('the name of a vendor’s address holds nothing while one that sends too is right', () => {
    const wrong = finding('rdns-missing', 'error');
    expect(holdOf(MAIL, checked([wrong]))).toContain('reverse DNS');
    expect(holdOf(MAIL, checked([finding('rdns-confirmed', 'ok'), wrong]))).toBeNull();
  });

  it.each<[string, string, string, boolean]>([
    ['a sender’s own', 'rdns-confirmed', '192.0.2.2', false],
    ['a sender’s own, though an access network gave it', 'rdns-generic-name', '192.0.2.2', false],
    ['that of the host that takes mail', 'rdns-confirmed', '203.0.113.9', true],
  ])('a missing name is made up for by another: %s', (_what, id, subject, holds) => {
    const named = finding(id, 'ok', { subject });
    const spf = ['192.0.2.1', '192.0.2.2'].map((ip) => ({ ip, result: 'pass' }) as const);
    const latest = checked([named, finding('rdns-missing', 'error', { subject: '192.0.2.1' })], 1, { spf });
    expect(holdOf(MAIL, latest) !== null).toBe(holds);
  });

  it.each([
    ['k9._domainkey.news.shop.example', null],
    ['k9._domainkey.shop.example', 'shop.example'],
  ])('the key at %s holds where the next change touches its mail', (subject, sparesSubdomainsOf) => {
    const latest = checked([finding('dkim-missing', 'error', { subject })]);
    expect(holdOf({ ...SIGNED, sparesSubdomainsOf }, latest)).toContain('dkim-missing');
  });

  it('the key of a subdomain holds nothing where the next change leaves its mail alone', () => {
    const subject = 'k9._domainkey.news.shop.example';
    const latest = checked([finding('dkim-missing', 'error', { subject })]);
    expect(holdOf({ ...SIGNED, sparesSubdomainsOf: 'shop.example' }, latest)).toBeNull();
  });

  it.each(['rdns-unknown', 'mx-host-unknown', 'dkim-common-unknown'])('%s leaves a check complete', (id) => {
    expect(checked([finding(id, 'unknown')]).isComplete).toBe(true);
  });

  it('names three errors, and counts the others', () => {
    const ids = ['mx-alias', 'mx-ip-literal', 'spf-syntax', 'spf-plus-all', 'rdns-missing'];
    expect(holdOf(MAIL, checked(ids.map((id) => finding(id, 'error'))))).toMatch(
      /MX: mx-alias it is\.; MX: .*; SPF: spf-syntax it is\.; and 2 more$/,
    );
  });

  it('hostile records make no endless notes', () => {
    const long = finding('spf-syntax', 'error', { message: 'x'.repeat(5000) });
    expect(holdOf(MAIL, checked([long]))?.length).toBeLessThan(400);
  });
});

describe('a parked domain', () => {
  it.each(['mx-missing', 'mx-alias', 'spf-missing', 'spf-syntax', 'spf-plus-all'])(
    '%s says nothing of',
    (id) => {
      const latest = checked([finding(id, 'error')]);
      expect(holdOf(MAIL, latest)).not.toBeNull();
      expect(holdOf(PARKED, latest)).toBeNull();
    },
  );

  it('is not held by what can not be looked up, however long', () => {
    const open = [finding('spf-unknown', 'unknown'), finding('mx-unknown', 'unknown')];
    expect(holdOf(PARKED, checked(open, 1), checked(open, 70))).toBeNull();
  });

  it('is not taken for parked once its mail is seen to need SPF', () => {
    const latest = checked([finding('spf-syntax', 'error')]);
    expect(holdOf({ ...PARKED, needsSpf: true }, latest)).not.toBeNull();
  });
});

describe('where all mail is signed', () => {
  it.each([
    'spf-missing',
    'spf-several-records',
    'spf-syntax',
    'spf-include-without-record',
    'spf-too-many-lookups',
    'spf-sender-permerror',
  ])('%s holds nothing', (id) => {
    const latest = checked([finding(id, 'error')]);
    expect(holdOf(SIGNED, latest)).toBeNull();
  });

  it.each(['spf-plus-all', 'spf-wide-range', 'spf-open-exists'])(
    '%s holds as ever: by it anybody passes',
    (id) => {
      expect(holdOf(SIGNED, checked([finding(id, 'error')]))).toContain(id);
    },
  );

  it('an SPF record that can not be looked up holds nothing, however long', () => {
    const open = [finding('spf-unknown', 'unknown')];
    expect(holdOf(SIGNED, checked(open, 1), checked(open, 71))).toBeNull();
  });
});

describe('a look-up that failed', () => {
  const open = checked([finding('spf-unknown', 'unknown')]);

  it('holds nothing while a check that had its answer is young', () => {
    expect(holdOf(MAIL, open, checked(GOOD.findings, 3 * 24 - 1))).toBeNull();
  });

  it('does not pass as checked after 3 days', () => {
    expect(holdOf(MAIL, open, checked(GOOD.findings, 3 * 24 + 1))).toBe(
      'what mail needs could not be looked up for 3 days: SPF: spf-unknown it is.',
    );
  });

  it('was another one each time: all was looked up within 3 days', () => {
    const one = (name: string, hoursAgo: number) =>
      checked(
        [
          finding('spf-unknown', 'unknown', {
            subject: name,
            message: `${name} could not be looked up: SERVFAIL ${hoursAgo}.`,
          }),
        ],
        hoursAgo,
      );
    expect(holdOf(MAIL, one('a.example', 1), one('b.example', 30), one('a.example', 60))).toBeNull();
    expect(holdOf(MAIL, one('a.example', 1), one('a.example', 30), one('a.example', 60))).toContain(
      'a.example',
    );
  });

  it('of a key holds nothing, since receivers verified mail with it lately', () => {
    const key = [finding('dkim-unknown', 'unknown')];
    expect(holdOf(MAIL, checked(key, 1), checked(key, 70))).toBeNull();
  });

  it('hides no error that was found beside it', () => {
    const latest = checked([finding('spf-unknown', 'unknown'), finding('mx-alias', 'error')]);
    expect(holdOf(MAIL, latest, GOOD)).toContain('mx-alias');
  });

  it('of what is there for information only leaves nothing open', () => {
    const ids = ['dkim-common-unknown', 'dmarc-rua-unknown'];
    expect(checked(ids.map((id) => finding(id, 'unknown'))).isComplete).toBe(true);
    expect(open.isComplete).toBe(false);
  });
});

describe('an error that was found before', () => {
  const INCLUDES = 'v=spf1 include:a.example include:b.example ~all';
  const A = { 'a.example': [{ TXT: 'v=spf1 ip4:192.0.2.1 -all' }] } as const;
  const B = { 'b.example': [{ TXT: 'v=spf1 ip4:192.0.2.2 -all' }] } as const;
  const own = (text: string): Zone => ({ 'shop.example': [{ MX: [0, ''] }, { TXT: text }] });
  const mended = { ...own(INCLUDES), ...A, ...B };

  it.each<[string, Zone, Zone, boolean]>([
    [
      'of what could not be looked up now counts on',
      { ...own(INCLUDES), ...A },
      { ...mended, 'b.example': ['TIMEOUT'] },
      true,
    ],
    [
      'of the own record that can’t be looked up now counts on',
      own('v=spf1 ipv4:192.0.2.1 ~all'),
      { 'shop.example': [{ MX: [0, ''] }, 'TIMEOUT'] },
      true,
    ],
    [
      'of the own record, mended while another look-up failed, is over',
      own('v=spf1 ipv4:192.0.2.1 ~all'),
      { ...mended, 'b.example': ['TIMEOUT'] },
      false,
    ],
    [
      'of an include that was taken out while another look-up failed is over',
      { ...own(INCLUDES), ...A },
      { ...own('v=spf1 include:a.example ~all'), 'a.example': ['TIMEOUT'] },
      false,
    ],
    [
      'of SPF, mended while the MX could not be looked up, is over',
      { ...own(INCLUDES), ...A },
      { 'shop.example': [{ TXT: 'v=spf1 -all' }, 'TIMEOUT'] },
      false,
    ],
  ])('%s', async (_what, then, now, counts) => {
    const [before, latest] = [await lookedAt(then, 24), await lookedAt(now, 1)];
    expect(holdOf(MAIL, before)).not.toBeNull();
    expect(holdOf(MAIL, latest, before) !== null).toBe(counts);
  });

  it('is over once any check since has judged it anew', () => {
    const wrong = checked([finding('spf-syntax', 'error')], 30);
    const open = (hoursAgo: number) => checked([finding('spf-unknown', 'unknown')], hoursAgo);
    expect(holdOf(MAIL, open(1), open(2), wrong)).toContain('spf-syntax');
    expect(holdOf(MAIL, open(1), checked(GOOD.findings, 2), wrong)).toBeNull();
    expect(holdOf(MAIL, open(1), checked([finding('dkim-unknown', 'unknown')], 2), wrong)).toBeNull();
  });

  it.each([
    ['the same', 's1', true],
    ['another', 's2', false],
  ])('of a key counts on while %s one can’t be looked up', async (_what, name, counts) => {
    const selectors = [
      { name: 's1', from: 'evidence' },
      { name: 's2', from: 'evidence' },
    ] as const;
    const base = own('v=spf1 -all');
    const key = { TXT: 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=' };
    const both: Zone = { ...base, 's1._domainkey.shop.example': [key], 's2._domainkey.shop.example': [key] };
    for (const broken of [[], [{ TXT: 'v=DKIM1; p=' }], [{ TXT: 'v=DKIM1; p=broken' }]] as const) {
      const before = await lookedAt({ ...both, 's1._domainkey.shop.example': broken }, 24, selectors);
      const latest = await lookedAt(
        { ...both, [`${name}._domainkey.shop.example`]: ['TIMEOUT'] },
        1,
        selectors,
      );
      expect(holdOf(SIGNED, before)).toContain('s1');
      expect(holdOf(SIGNED, latest, before) !== null).toBe(counts);
    }
  });

  it('is told once', () => {
    const wrong = finding('spf-syntax', 'error');
    const latest = checked([wrong, finding('spf-unknown', 'unknown')]);
    expect(holdOf(MAIL, latest, checked([wrong], 5))).toBe('SPF: spf-syntax it is.');
  });

  it('of reverse DNS is not forgotten when the name can’t be looked up', () => {
    const wrong = checked([finding('rdns-missing', 'error')], 24);
    expect(holdOf(MAIL, checked([finding('rdns-unknown', 'unknown')]), wrong)).toContain('reverse DNS');
    expect(holdOf(MAIL, checked([finding('rdns-confirmed', 'ok')]), wrong)).toBeNull();
  });
});

describe('a domain that was hardly checked yet', () => {
  const open = checked([finding('mx-unknown', 'unknown')]);

  it('is not held before its first check', () => {
    expect(checksHold({ latest: null, earlier: [], firstAt: null }, MAIL, NOW)).toBeNull();
  });

  it('has 3 days from the first one, however long ago it was enrolled', () => {
    expect(checksHold({ latest: open, earlier: [], firstAt: open.at }, MAIL, NOW)).toBeNull();
    const earlier = [checked(open.findings, 71)];
    expect(checksHold({ latest: open, earlier, firstAt: NOW - 71 * HOUR_MS }, MAIL, NOW)).toBeNull();
    expect(checksHold({ latest: open, earlier, firstAt: NOW - 73 * HOUR_MS }, MAIL, NOW)).toContain(
      'mx-unknown',
    );
  });
});

describe('DKIM keys', () => {
  const zone = { 'mail._domainkey.shop.example': [{ TXT: 'v=DKIM1; p=broken' }] };

  it.each<[string, readonly CheckedSelector[], boolean]>([
    ['that mail was signed with hold when they are broken', [{ name: 'mail', from: 'evidence' }], true],
    ['that mail was signed with hold when they are gone', [{ name: 'gone', from: 'evidence' }], true],
    ['that were only guessed hold nothing', [], false],
  ])('%s', async (_what, selectors, holds) => {
    const latest = checked(await checkDkim('shop.example', selectors, zoneQuestions(zone)));
    expect(latest.findings.some(({ severity }) => severity === 'error')).toBe(true);
    expect(holdOf(SIGNED, latest) !== null).toBe(holds);
  });
});

describe('the next check', () => {
  const open = { ...GOOD, isComplete: false };

  it.each<[string, StoredCheck, boolean, boolean, number]>([
    ['where all is well is made after a day', GOOD, false, false, 24],
    ['before a rung is made after an hour', GOOD, false, true, 1],
    ['while checks hold is made after an hour', GOOD, true, false, 1],
    ['while something is open is made after an hour', open, false, false, 1],
  ])('%s', (_what, latest, isHeld, isAboutToStrengthen, hours) => {
    expect(nextCheckAt(latest, { isHeld, isAboutToStrengthen })).toBe(latest.at + hours * HOUR_MS);
  });
});
