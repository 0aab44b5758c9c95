import { describe, expect, it } from 'vitest';
import {
  at,
  check,
  D,
  HOST,
  idsOf,
  MX,
  NAME,
  observe,
  OUT,
  PERMISSION,
  RUA,
} from '../../../../test/builders/dmarc-zone.js';
import { zoneQuestions, type Zone } from '../../../../test/builders/zone-questions.js';
import { overallStatus, type Severity } from '../finding.js';
import { checkDmarc } from './check-dmarc.js';

describe('checkDmarc', () => {
  it('has little to say about a sound record', async () => {
    const findings = await check(at(`v=DMARC1; p=reject; ${RUA}`));
    expect(findings.map(({ id }) => id)).toEqual(['dmarc-policy', 'dmarc-receivers', 'dmarc-no-bimi']);
    expect(overallStatus(findings)).toBe('info');
  });

  it.each<[string, string, readonly string[], Severity]>([
    ['strict alignment', `v=DMARC1; p=reject; ${RUA}; adkim=s`, ['dmarc-strict-alignment'], 'info'],
    ['relaxed alignment', `v=DMARC1; p=reject; ${RUA}; adkim=r; aspf=r`, [], 'info'],
    ['fo without ruf', `v=DMARC1; p=reject; ${RUA}; fo=1`, ['dmarc-fo-without-ruf'], 'info'],
    ['fo with ruf', `v=DMARC1; p=reject; ${RUA}; fo=1:d:s; ruf=mailto:f@example.com`, [], 'info'],
    [
      'fo against itself',
      `v=DMARC1; p=reject; ${RUA}; fo=0:1; ruf=mailto:f@example.com`,
      ['dmarc-conflicting-fo'],
      'warning',
    ],
    [
      'fo twice the same',
      `v=DMARC1; p=reject; ${RUA}; fo=d:d; ruf=mailto:f@example.com`,
      ['dmarc-conflicting-fo'],
      'warning',
    ],
    ['np weaker than p', `v=DMARC1; p=reject; ${RUA}; np=none`, ['dmarc-weaker-np'], 'warning'],
    ['np stronger than sp', `v=DMARC1; p=none; ${RUA}; np=reject`, [], 'info'],
    ['psd=y', `v=DMARC1; p=reject; ${RUA}; psd=y`, ['dmarc-psd'], 'warning'],
    ['psd=n', `v=DMARC1; p=reject; ${RUA}; psd=n`, ['dmarc-own-organization'], 'info'],
    ['psd=u', `v=DMARC1; p=reject; ${RUA}; psd=u`, [], 'info'],
    [
      'ruf without mailto:',
      `v=DMARC1; p=reject; ${RUA}; ruf=f@example.com`,
      ['dmarc-invalid-ruf'],
      'warning',
    ],
    ['rua without mailto:', 'v=DMARC1; p=reject; rua=d@example.com', ['dmarc-invalid-rua'], 'error'],
    ['a size', `v=DMARC1; p=reject; ${RUA}!10m`, ['dmarc-historic-tag'], 'info'],
    [
      'a size of ruf',
      `v=DMARC1; p=reject; ${RUA}; ruf=mailto:f@example.com!10m`,
      ['dmarc-historic-tag'],
      'info',
    ],
    ['what is no size', `v=DMARC1; p=reject; ${RUA}!lots`, ['dmarc-invalid-size'], 'warning'],
    [
      'an address twice',
      `v=DMARC1; p=reject; ${RUA},mailto:D@example.com`,
      ['dmarc-duplicate-address'],
      'info',
    ],
    [
      'many addresses',
      `v=DMARC1; p=reject; ${RUA},mailto:e@example.com,mailto:f@example.com`,
      ['dmarc-many-addresses'],
      'info',
    ],
    ['a host that is none', `v=DMARC1; p=reject; ${RUA},mailto:d@localhost`, ['dmarc-rua-bad-host'], 'error'],
    [
      'an address literal',
      `v=DMARC1; p=reject; ${RUA}; ruf=mailto:d@[192.0.2.1]`,
      ['dmarc-ruf-bad-host'],
      'warning',
    ],
    [
      'a backslash',
      String.raw`v=DMARC1; p=none\; ${RUA}`,
      ['dmarc-escaped-semicolon', 'dmarc-invalid-policy'],
      'error',
    ],
    [
      'a missing semicolon',
      `v=DMARC1; p=none ${RUA}`,
      ['dmarc-missing-semicolon', 'dmarc-invalid-policy'],
      'error',
    ],
    ['sampling of nothing', `v=DMARC1; p=none; pct=10; ${RUA}`, ['dmarc-sampling-of-nothing'], 'info'],
    ['a capital tag', `v=DMARC1; P=none; ${RUA}`, ['dmarc-capital-tag'], 'warning'],
    ['pct without t', `v=DMARC1; p=quarantine; pct=10; ${RUA}`, ['dmarc-pct-without-t'], 'warning'],
    ['capital values', `v=DMARC1; p=None; ${RUA}`, [], 'info'],
  ])('%s', async (_what, text, ids, status) => {
    const findings = await check(at(text));
    expect(await idsOf(at(text))).toEqual(ids);
    expect(overallStatus(findings)).toBe(status);
  });

  it.each<[string, Zone, readonly string[], Severity]>([
    ['nothing', HOST, ['dmarc-missing'], 'error'],
    ['a misspelt version', at(`v=dmarc1; p=none; ${RUA}`), ['dmarc-not-a-record', 'dmarc-missing'], 'error'],
    [
      'two records',
      { ...HOST, [NAME]: [{ TXT: `v=DMARC1; p=none; ${RUA}` }, { TXT: 'v=DMARC1; p=reject' }] },
      ['dmarc-several-records'],
      'error',
    ],
    ['a time-out', { ...HOST, [NAME]: ['TIMEOUT'] }, ['dmarc-unknown'], 'unknown'],
    [
      'an alias',
      {
        ...HOST,
        [NAME]: [{ CNAME: 'd.esp.example' }],
        'd.esp.example': [{ TXT: `v=DMARC1; p=none; ${RUA}` }],
      },
      ['dmarc-cname'],
      'warning',
    ],
    [
      'an alias to nothing',
      { ...HOST, [NAME]: [{ CNAME: 'd.esp.example' }] },
      ['dmarc-cname', 'dmarc-alias-to-nothing'],
      'error',
    ],
    [
      'an alias to a time-out',
      { ...HOST, [NAME]: [{ CNAME: 'd.esp.example' }], 'd.esp.example': ['TIMEOUT'] },
      ['dmarc-cname', 'dmarc-unknown'],
      'unknown',
    ],
    [
      'an alias to two records',
      {
        ...HOST,
        [NAME]: [{ CNAME: 'd.esp.example' }],
        'd.esp.example': [{ TXT: 'v=DMARC1; p=none' }, { TXT: 'v=DMARC1; p=reject' }],
      },
      ['dmarc-cname', 'dmarc-several-records'],
      'error',
    ],
    [
      'TXT and CNAME',
      { ...HOST, [NAME]: [{ TXT: `v=DMARC1; p=none; ${RUA}` }, { CNAME: 'd.esp.example' }] },
      ['dmarc-txt-and-cname'],
      'error',
    ],
    [
      'a record at the domain itself',
      { [D]: [MX, { TXT: `v=DMARC1; p=none; ${RUA}` }] },
      ['dmarc-missing', 'dmarc-wrong-place'],
      'error',
    ],
    [
      'a name without its final dot',
      { ...HOST, [`${NAME}.${D}`]: [{ TXT: `v=DMARC1; p=none; ${RUA}` }] },
      ['dmarc-missing', 'dmarc-wrong-place'],
      'error',
    ],
    [
      'a top-level domain that could not be looked up',
      { ...HOST, '_dmarc.com': ['TIMEOUT'] },
      ['dmarc-missing', 'dmarc-walk-unknown'],
      'error',
    ],
    [
      'a policy of the public suffix',
      { ...HOST, '_dmarc.com': [{ TXT: 'v=DMARC1; p=reject; psd=y' }] },
      ['dmarc-inherited', 'dmarc-found-apart'],
      'info',
    ],
  ])('%s', async (_what, zone, ids, status) => {
    expect(await idsOf(zone)).toEqual(ids);
    expect(overallStatus(await check(zone))).toBe(status);
  });

  it.each<[string, string | null, string, readonly string[]]>([
    ['an unknown mailbox', null, RUA, []],
    ['our mailbox', 'd@example.com', RUA, []],
    ['our mailbox in capitals', 'mailto:D@Example.com', RUA, []],
    ['another mailbox', 'ours@example.com', RUA, ['dmarc-not-our-mailbox']],
  ])('%s', async (_what, mailbox, rua, ids) => {
    expect(await idsOf(at(`v=DMARC1; p=none; ${rua}`), D, mailbox)).toEqual(ids);
  });

  it.each<[string, Zone, string, string]>([
    [
      'nothing',
      HOST,
      'dmarc-missing',
      `${NAME}. TXT "v=DMARC1; p=none; rua=mailto:dmarc-reports@example.com"`,
    ],
    [
      'a misspelt version',
      at(`v=dmarc1; p=reject; ${RUA}`),
      'dmarc-not-a-record',
      `${NAME}. TXT "v=DMARC1; p=none; ${RUA}"`,
    ],
    [
      'quotation marks',
      at(`"v=DMARC1; p=reject; ${RUA}"`),
      'dmarc-not-a-record',
      `${NAME}. TXT "v=DMARC1; p=none; ${RUA}"`,
    ],
    [
      'commas',
      at(`v=DMARC1, p=reject, ${RUA}`),
      'dmarc-not-a-record',
      `${NAME}. TXT "v=DMARC1; p=none; ${RUA}"`,
    ],
    [
      'backslashes',
      at(String.raw`v=DMARC1\; p=reject\; ${RUA}`),
      'dmarc-not-a-record',
      `${NAME}. TXT "v=DMARC1; p=none; ${RUA}"`,
    ],
    [
      'a missing semicolon',
      at(`v=DMARC1; p=reject ${RUA}`),
      'dmarc-missing-semicolon',
      `${NAME}. TXT "v=DMARC1; p=none; ${RUA}"`,
    ],
    [
      'a missing mailto:',
      at('v=DMARC1; p=reject; rua=d@example.com, mailto:e@example.com'),
      'dmarc-invalid-rua',
      `${NAME}. TXT "v=DMARC1; p=reject; rua=mailto:d@example.com,mailto:e@example.com"`,
    ],
    [
      'an external host',
      { ...at('v=DMARC1; p=none; rua=mailto:d@reports.example.net'), ...OUT },
      'dmarc-rua-unauthorized',
      `${PERMISSION}. TXT "v=DMARC1"`,
    ],
    [
      'a record at the domain itself',
      { [D]: [MX, { TXT: `v=DMARC1; p=none; ${RUA}` }] },
      'dmarc-wrong-place',
      `${NAME}. TXT "v=DMARC1; p=none; ${RUA}"`,
    ],
  ])('gives the exact record for %s', async (_what, zone, id, record) => {
    const findings = await check(zone);
    expect(findings.find((finding) => finding.id === id)?.fix).toContain(record);
  });

  it.each<[string, string, string]>([
    ['no semicolons', `v=DMARC1 p=reject sp=reject ${RUA}`, 'dmarc-not-a-record'],
    ['backslashes', String.raw`v=DMARC1\; p=quarantine\; np=reject\; ${RUA}`, 'dmarc-not-a-record'],
    ['a policy that runs on', `v=DMARC1; p=reject pct=50 ${RUA}`, 'dmarc-missing-semicolon'],
    ['a policy twice', `v=DMARC1; p=reject; p=reject; ${RUA}`, 'dmarc-duplicate-tag'],
    ['a note on the way', `v=DMARC1; p=reject p=reject; ${RUA}; ri=1`, 'dmarc-historic-tag'],
    ['subdomains alone', `v=dmarc1; p=none; sp=reject; ${RUA}`, 'dmarc-not-a-record'],
  ])('begins at p=none where receivers ignore the record: %s', async (_what, text, id) => {
    const fix = (await check(at(text))).find((finding) => finding.id === id)?.fix;
    expect(fix).toContain(
      `Receivers don't apply its policy today: begin with p=none, and go on from there rung by rung. Publish ${NAME}. TXT "v=DMARC1; p=none; ${RUA}"`,
    );
  });

  it('begins at p=none where the record stands at another name', async () => {
    const findings = await check({ [D]: [MX, { TXT: `v=DMARC1; p=reject; ${RUA}` }] });
    expect(findings.find(({ id }) => id === 'dmarc-wrong-place')?.fix).toContain(
      `Publish ${NAME}. TXT "v=DMARC1; p=none; ${RUA}"`,
    );
  });

  it.each([
    ['p=reject', 'quarantine', 'p=quarantine'],
    ['p=quarantine', 'reject', 'p=quarantine'],
    ['p=quarantine; pct=50; t=y', 'reject', 'p=none'],
    ['p=reject; sp=none', 'reject', 'p=none'],
  ])('asks for no more than the policy above does: %s above %s', async (above, own, right) => {
    const zone = {
      ...HOST,
      [NAME]: [{ TXT: `v=DMARC1; ${above}; ${RUA}` }],
      '_dmarc.news.example.com': [{ TXT: `v=dmarc1; p=${own}; ${RUA}` }],
    };
    const findings = await check(zone, 'news.example.com');
    expect(findings.find(({ id }) => id === 'dmarc-not-a-record')?.fix).toContain(
      `Publish _dmarc.news.example.com. TXT "v=DMARC1; ${right}; ${RUA}"`,
    );
  });

  it('leaves a policy that is in force, and mends all at once', async () => {
    const findings = await check(at('v=DMARC1; p=none; pct=10; rua=d@example.com'));
    const fixes = findings.flatMap(({ fix }) => (fix?.includes('Publish') === true ? [fix] : []));
    expect(fixes.length).toBeGreaterThan(1);
    for (const fix of fixes) expect(fix).toContain(`Publish ${NAME}. TXT "v=DMARC1; p=none; ${RUA}"`);
  });

  it('begins at p=none where receivers discard several records', async () => {
    const fixOf = async (...texts: readonly string[]) => {
      const findings = await check({ ...HOST, [NAME]: texts.map((TXT) => ({ TXT })) });
      return findings.find(({ id }) => id === 'dmarc-several-records')?.fix;
    };
    expect(await fixOf(`v=DMARC1; p=reject; sp=reject; ${RUA}`, 'v=DMARC1; p=none')).toBe(
      `Keep exactly one. Receivers don't apply its policy today: begin with p=none, and go on from there rung by rung. Publish ${NAME}. TXT "v=DMARC1; p=none; ${RUA}"`,
    );
    expect(await fixOf(`v=DMARC1; p=none; ${RUA}`, 'v=DMARC1; p=none')).toBe('Keep exactly one.');
  });

  it('begins at p=none where not all receivers find the policy above', async () => {
    const zone = {
      ...HOST,
      '_dmarc.com': [{ TXT: 'v=DMARC1; p=reject; psd=y' }],
      [NAME]: [{ TXT: `v=dmarc1; p=reject; ${RUA}` }],
    };
    const fix = (await check(zone)).find(({ id }) => id === 'dmarc-not-a-record')?.fix;
    expect(fix).toContain(`Publish ${NAME}. TXT "v=DMARC1; p=none; ${RUA}"`);
  });

  it('has a text beside the record taken out, not published', async () => {
    const texts = [`v=DMARC1; p=none; ${RUA}`, `v=dmarc1; p=reject; ${RUA}`];
    const findings = await check({ ...HOST, [NAME]: texts.map((TXT) => ({ TXT })) });
    const fix = findings.find(({ id }) => id === 'dmarc-not-a-record')?.fix;
    expect(fix).toContain('take it out');
    expect(fix).not.toContain('Publish');
  });

  it.each([
    ['0:1', '1'],
    ['d:d:s', 'd:s'],
    ['0:0', '0'],
  ])('mends fo=%s', async (fo, right) => {
    const findings = await check(at(`v=DMARC1; p=none; ${RUA}; ruf=mailto:f@example.com; fo=${fo}`));
    expect(findings.find(({ id }) => id === 'dmarc-conflicting-fo')?.fix).toContain(`; fo=${right}"`);
  });

  it('takes the policy above where an alias leads to nothing', async () => {
    const alias = { '_dmarc.news.example.com': [{ CNAME: 'd.esp.example' }] };
    const policy = { [NAME]: [{ TXT: `v=DMARC1; p=reject; ${RUA}` }] };
    const below = await check({ ...HOST, ...alias, ...policy }, 'news.example.com');
    expect(below.map(({ id, severity }) => `${id} ${severity}`).slice(0, 3)).toEqual([
      'dmarc-cname warning',
      'dmarc-alias-to-nothing warning',
      'dmarc-inherited info',
    ]);
    const alone = await check({ ...HOST, [NAME]: [{ CNAME: 'd.esp.example' }] });
    expect(alone.find(({ id }) => id === 'dmarc-alias-to-nothing')?.fix).toContain(
      `in place of the alias: Publish ${NAME}. TXT "v=DMARC1; p=none; rua=mailto:dmarc-reports@example.com"`,
    );
  });

  it('weighs a record where nobody looks for it', async () => {
    const findings = await check({ [D]: [MX, { TXT: `v=DMARC1; p=none; ${RUA}` }] });
    expect(findings.find(({ id }) => id === 'dmarc-wrong-place')?.severity).toBe('error');
  });

  it.each([
    [
      `v=DMARC1; p=none; ${RUA} ; fo=1; ruf=mailto:f@example.com`,
      `v=DMARC1; p=none; ${RUA},mailto:ours@example.com; fo=1; ruf=mailto:f@example.com`,
    ],
    ['v=DMARC1; p=none;', 'v=DMARC1; p=none; rua=mailto:ours@example.com'],
  ])('adds our mailbox to %s and leaves the rest', async (text, whole) => {
    const findings = await check(at(text), D, 'ours@example.com');
    const fix = findings.find(({ id }) => id === 'dmarc-not-our-mailbox')?.fix;
    expect(fix).toBe(`Publish ${NAME}. TXT "${whole}"`);
  });

  it('asks a bounded number of questions, however many addresses a record names', async () => {
    const uris = Array.from({ length: 500 }, (_, at) => `mailto:d@h${at}.example.net`).join(',');
    const zone = at(`v=DMARC1; p=none; rua=${uris}; ruf=${uris}`);
    const dns = zoneQuestions(zone);
    const findings = await checkDmarc(D, observe(zone, D), dns, { mailbox: null });
    expect(dns.asked.length).toBeLessThanOrEqual(155);
    expect(findings.length).toBeLessThan(40);
  });
});

describe('what receivers do', () => {
  it.each([
    [`v=DMARC1; p=reject; ${RUA}`, 'Failing mail of the domain: all receivers reject all of it.'],
    [
      `v=DMARC1; p=quarantine; t=n; ${RUA}; pct=10`,
      'Failing mail of the domain: receivers of the old kind (RFC 7489) quarantine 10 % and deliver 90 %; those of the new kind (RFC 9989) quarantine all of it; those that know neither pct nor t quarantine all of it.',
    ],
    [
      `v=DMARC1; p=quarantine; pct=10; t=y; ${RUA}`,
      'Failing mail of the domain: receivers of the old kind (RFC 7489) quarantine 10 % and deliver 90 %; those of the new kind (RFC 9989) deliver all of it; those that know neither pct nor t quarantine all of it.',
    ],
    [
      `v=DMARC1; p=reject; sp=none; np=reject; ${RUA}`,
      "Failing mail of the domain: all receivers reject all of it. Failing mail of subdomains: all receivers deliver all of it. Failing mail of subdomains that don't exist: receivers of the old kind (RFC 7489) deliver all of it; those of the new kind (RFC 9989) reject all of it; those that know neither pct nor t deliver all of it.",
    ],
    [`v=DMARC1; p=rejct; ${RUA}`, 'Receivers read p=none: they deliver failing mail and send reports.'],
    [
      'v=DMARC1; p=rejct',
      'Receivers act as if there were no record: failing mail is delivered, and no reports are sent.',
    ],
  ])('%s', async (text, message) => {
    const findings = await check(at(text));
    expect(findings.find(({ id }) => id === 'dmarc-receivers')?.message).toBe(message);
  });
});
