import { describe, expect, it } from 'vitest';
import { DEFAULT_REPORT_LIMITS } from '../core/report/limits.js';
import type { ReadEnd } from '../core/report/report-reader.js';
import { UnpackError } from '../ports/message-unpacker.js';
import { readDocument } from './read-document.js';

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
}

function read(text: string, { damage, thrown }: Packed = {}): Promise<ReadEnd> {
  let isRead = false;
  async function* pieces(): AsyncGenerator<string> {
    for (const piece of text.match(/[^]{1,100}/g) ?? []) yield await Promise.resolve(piece);
    if (thrown !== undefined) throw thrown;
    isRead = true;
  }
  const found = {
    kind: 'document' as const,
    inner: 'a.xml',
    text: pieces(),
    contentHash: () => '',
    damage: () => (isRead ? (damage ?? null) : 'asked too early'),
  };
  return readDocument(found, { open: () => {}, take: () => {} }, { limits: DEFAULT_REPORT_LIMITS });
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
