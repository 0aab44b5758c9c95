import { describe, expect, it } from 'vitest';
import { DEFAULT_REPORT_LIMITS } from '../core/report/limits.js';
import type { ReadEnd, RecordSink } from '../core/report/report-reader.js';
import type { ReportHead, ReportRecord } from '../core/report/report.js';
import { UnpackError } from '../ports/message-unpacker.js';
import { readDocument, type DocumentReport } from './read-document.js';

const HEAD =
  '<report_metadata><org_name>a</org_name><report_id>1</report_id><date_range><begin>1767225600</begin><end>1767311999</end></date_range></report_metadata><policy_published><domain>a.example</domain></policy_published>';
const RECORD =
  '<record><row><source_ip>192.0.2.1</source_ip><count>1</count></row><identifiers><header_from>a.example</header_from></identifiers></record>';
const WHOLE = `<feedback>${HEAD}${RECORD}${RECORD}</feedback>`;
const CHECKSUM = 'the checksum of the packed data is wrong';

interface Packed {
  readonly damage?: string;
  /** Thrown behind the text. */
  readonly thrown?: Error;
  /** Of the pieces. */
  readonly length?: number;
}

async function readAll(
  text: string,
  { damage, thrown, length = 100 }: Packed = {},
): Promise<readonly DocumentReport<Kept>[]> {
  let isRead = false;
  async function* pieces(): AsyncGenerator<string> {
    for (let at = 0; at < text.length; at += length) yield await Promise.resolve(text.slice(at, at + length));
    if (thrown !== undefined) throw thrown;
    isRead = true;
  }
  const found = {
    kind: 'document' as const,
    inner: 'a.xml',
    text: pieces(),
    contentHash: () => 'abc',
    damage: () => (isRead ? (damage ?? null) : 'asked too early'),
  };
  return readDocument(found, { limits: DEFAULT_REPORT_LIMITS, open: () => new Kept() });
}

async function read(text: string, packed: Packed = {}): Promise<ReadEnd> {
  const [report, ...others] = await readAll(text, packed);
  expect(others).toEqual([]);
  return report!.end;
}

class Kept implements RecordSink {
  readonly ids: string[] = [];
  readonly counts: number[] = [];
  open({ reportId }: ReportHead): void {
    this.ids.push(reportId);
  }
  take({ count }: ReportRecord): void {
    this.counts.push(count);
  }
}

describe('a document', () => {
  it('is accepted when all is well', async () => {
    expect(await read(WHOLE)).toMatchObject({ status: 'accepted', dropped: 0, firstDropped: [] });
  });

  it('is partial where its packed data is damaged, with the reason', async () => {
    expect(await read(WHOLE, { damage: CHECKSUM })).toMatchObject({
      status: 'partial',
      totals: { records: 2 },
      dropped: 1,
      firstDropped: [{ row: 3, reason: CHECKSUM }],
    });
  });

  it('that is partial already has one reason more', async () => {
    const cut = WHOLE.slice(0, -20);
    expect(await read(cut, { damage: CHECKSUM })).toMatchObject({
      status: 'partial',
      totals: { records: 1 },
      dropped: 2,
      firstDropped: [
        { row: 2, reason: 'the document is truncated: what follows is lost' },
        { row: 3, reason: CHECKSUM },
      ],
    });
  });

  it('keeps no more than the reasons of 100 rows', async () => {
    const bad = `<feedback>${HEAD}${'<record/>'.repeat(200)}${RECORD}</feedback>`;
    const end = await read(bad, { damage: CHECKSUM });
    expect(end).toMatchObject({ status: 'partial', dropped: 201 });
    expect(end.status !== 'rejected' && end.firstDropped).toHaveLength(100);
  });

  it('that is rejected stays so, whatever its damage', async () => {
    expect(await read('<a/>', { damage: CHECKSUM })).toEqual({
      status: 'rejected',
      reason: 'no <feedback> element: not a DMARC aggregate report',
    });
  });

  it('is rejected where it goes over a limit, and what else is thrown is thrown', async () => {
    const thrown = new UnpackError('it is too large');
    expect(await read(WHOLE, { thrown })).toEqual({ status: 'rejected', reason: 'it is too large' });
    await expect(read(WHOLE, { thrown: new TypeError('lost') })).rejects.toThrow('lost');
  });
});

describe('several reports in a document', () => {
  const SPACE = ' '.repeat(30_000);

  /** A report with so many records, of which each counts its number. */
  function reportWith(id: number, records: number): string {
    const rows = Array.from({ length: records }, () => RECORD.replace('>1<', `>${id}<`));
    return `<?xml version="1.0"?><feedback>${HEAD.replace('>1<', `>${id}<`)}${rows.join('')}</feedback>`;
  }

  it.each([
    ['small', '', 1],
    ['of which the first is large', '', 200],
    ['with much between them', SPACE, 1],
  ])('%s: each is one of its own, wherever the pieces end', async (_title, between, records) => {
    const whole = [reportWith(1, records), reportWith(2, 3), reportWith(3, 0), reportWith(4, 2)].join(
      between,
    );
    for (const length of [7, 1000, 40_000, 1_000_000]) {
      const reports = await readAll(whole, { length });
      expect(
        reports.map(({ inner, end, contentHash, sink }) => [inner, end.status, contentHash, sink.ids]),
      ).toEqual([
        ['a.xml', 'accepted', 'abc', ['1']],
        ['a.xml#2', 'accepted', 'abc/2', ['2']],
        ['a.xml#3', 'accepted', 'abc/3', ['3']],
        ['a.xml#4', 'accepted', 'abc/4', ['4']],
      ]);
      expect(reports.map(({ sink }) => sink.counts)).toEqual([
        Array.from({ length: records }, () => 1),
        [2, 2, 2],
        [],
        [4, 4],
      ]);
    }
  });

  it('are held up one by one', async () => {
    const held: (readonly number[])[] = [];
    async function* pieces(): AsyncGenerator<string> {
      yield await Promise.resolve(reportWith(1, 2) + reportWith(2, 1));
    }
    const found = { kind: 'document' as const, inner: '', contentHash: () => '', damage: () => null };
    await readDocument(
      { ...found, text: pieces() },
      {
        limits: DEFAULT_REPORT_LIMITS,
        open: () => new Kept(),
        between: async ({ counts }) => void held.push([...counts]),
      },
    );
    expect(held).toEqual([[], [1, 1]]);
  });

  it('one of which is no report: the others stand', async () => {
    const reports = await readAll(`${reportWith(1, 1)}<feedback><record/></feedback>${reportWith(3, 1)}`);
    expect(reports.map(({ end }) => end)).toMatchObject([
      { status: 'accepted' },
      { status: 'rejected', reason: expect.stringMatching(/report_metadata|org_name|report_id/) },
    ]);
  });

  it('the last of which breaks off: it alone is partial', async () => {
    const reports = await readAll((reportWith(1, 2) + reportWith(2, 2)).slice(0, -30));
    expect(reports.map(({ end }) => end.status)).toEqual(['accepted', 'partial']);
  });

  it('are all partial where the packed data is damaged, and none where it goes over a limit', async () => {
    const whole = reportWith(1, 200) + reportWith(2, 1);
    const damaged = await readAll(whole, { damage: CHECKSUM });
    expect(damaged.map(({ end }) => end.status)).toEqual(['partial', 'partial']);
    const large = reportWith(1, 200) + SPACE + reportWith(2, 200) + SPACE;
    const refused = await readAll(large, { thrown: new UnpackError('it is too large') });
    expect(refused.map(({ end }) => end)).toEqual([
      { status: 'rejected', reason: 'it is too large' },
      { status: 'rejected', reason: 'it is too large' },
    ]);
  });

  it.each([50, 100_000])('are 100 at most, in pieces of %i characters', async (length) => {
    const reports = await readAll(reportWith(1, 1).repeat(300), { length });
    expect(reports).toHaveLength(100);
    expect(reports.slice(0, 99).every(({ end }) => end.status === 'accepted')).toBe(true);
    expect(reports[99]!.end).toMatchObject({
      status: 'partial',
      firstDropped: [{ reason: 'another report follows the end of the report, and is not read' }],
    });
  });
});
