import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EvidenceRepository } from '../../src/database/evidence/evidence.repository.js';
import { about, DAY, FORGED, newRecord, storeMails, type Sent } from './evidence-lab.js';
import { openMigratedDatabase, type MigratedDatabase } from './migrated-database.js';

describe('the signatures on mail', () => {
  let database: MigratedDatabase;
  let evidence: EvidenceRepository;

  beforeAll(async () => {
    database = await openMigratedDatabase();
    evidence = new EvidenceRepository(database.dataSource);
  });

  afterAll(() => database.close());

  function signedMail(domain: string, authorDomains: readonly string[] = ['example.com']) {
    return evidence.signedMail({ domain, from: '2026-11-01', reporters: ['google.com'], authorDomains });
  }

  async function store(...reports: readonly Sent[]): Promise<void> {
    for (const report of reports) await storeMails(evidence, { reports: [report] });
  }

  const reportAbout = (domain: string, day: string, changes: Partial<Sent> = {}): Sent => {
    return { domain, head: { reportId: day, ...about(day) }, ...changes };
  };

  it('are told once for all days on which they were alike', async () => {
    const domain = 'alike.example';
    await store(reportAbout(domain, '2026-11-20'), reportAbout(domain, DAY));
    expect(await signedMail(domain)).toEqual([
      {
        reporter: 'google.com',
        headerFrom: 'example.com',
        ip: '192.0.2.1',
        dkim: 'pass',
        dkimResults: [{ domain: 'example.com', selector: 's1', result: 'pass' }],
        messages: 20,
        days: ['2026-11-20', DAY],
        firstBegin: about('2026-11-20').begin,
        lastBegin: about(DAY).begin,
        lastEnd: about(DAY).end,
      },
    ]);
  });

  it('are found in whichever row of a report', async () => {
    const domain = 'long.example';
    const many = Array.from({ length: 1000 }, (_, at) => newRecord({ sourceIp: `198.51.${at % 250}.7` }));
    const last = newRecord({ dkimResults: [{ domain: 'example.com', selector: 'last', result: 'pass' }] });
    await store(reportAbout(domain, DAY, { records: [...many, last] }));
    const selectors = (await signedMail(domain)).flatMap((it) => it.dkimResults.map((one) => one.selector));
    expect(new Set(selectors)).toEqual(new Set(['s1', 'last']));
  });

  it.each<[string, Partial<Sent>]>([
    ['of other Author Domains', { records: [newRecord({ headerFrom: 'news.example.com' })] }],
    ['on no mail at all', { records: [newRecord({ dkimResults: [] })] }],
    ['by another reporter', { reporter: 'other.example' }],
    ['in reports that do not count', { authenticity: FORGED }],
    ['of earlier days', { head: { reportId: 'r', ...about('2026-10-31') } }],
  ])('are not told %s', async (what, changes) => {
    const domain = `${what.replaceAll(' ', '-')}.example`;
    await store(reportAbout(domain, DAY, changes));
    expect(await signedMail(domain)).toEqual([]);
  });

  it('are told of all Author Domains that are asked for', async () => {
    const domain = 'authors.example';
    const records = [newRecord(), newRecord({ headerFrom: 'news.example.com', count: 30 })];
    await store(reportAbout(domain, DAY, { records }));
    const found = await signedMail(domain, ['example.com', 'news.example.com']);
    expect(found.map(({ headerFrom }) => headerFrom)).toEqual(['news.example.com', 'example.com']);
  });
});
