import { describe, expect, it } from 'vitest';
import { REPORT_LIMITS } from './limits.js';
import { walkFeedback } from './walk-feedback.js';

/** `<record>` with this address, which tells the rows apart. */
function record(address: string): string {
  return `<record><row><source_ip>${address}</source_ip><count>1</count></row><identifiers><header_from>a.example</header_from></identifiers></record>`;
}

function addressesIn(xml: string): readonly string[] | undefined {
  return walkFeedback(xml)?.records.map(({ sourceIp }) => sourceIp);
}

describe('a feedback element', () => {
  it('is found whatever stands around it', () => {
    const feedback = `<x:feedback xmlns:x="y">${record('192.0.2.1')}</x:feedback>`;
    for (const xml of [
      feedback,
      `"<schema a="b">\n${feedback}`,
      `<a>${feedback}</a>`,
      `${feedback}garbage <b>`,
    ]) {
      expect(addressesIn(xml)).toEqual(['192.0.2.1']);
    }
  });

  it.each(['', 'feedback', '<feedbacks/>', '</feedback>', '<FEEDBACK/>'])('is not in %j', (xml) => {
    expect(walkFeedback(xml)).toBeNull();
  });

  it('counts only its own children', () => {
    const xml = `<feedback><extension>${record('192.0.2.1')}</extension>${record('192.0.2.2')}</feedback>${record('192.0.2.3')}`;
    expect(addressesIn(xml)).toEqual(['192.0.2.2']);
  });

  it('keeps the first of two metadata', () => {
    const xml =
      '<feedback><report_metadata><a>1</a></report_metadata><report_metadata><a>2</a></report_metadata></feedback>';
    expect(walkFeedback(xml)?.metadata?.children).toEqual([{ name: 'a', text: '1', children: [] }]);
  });

  it('loses one record to damage inside it, and those behind stay', () => {
    const broken = '<record><row><source_ip>192.0.2.2</row></source_ip></record>';
    const walked = walkFeedback(
      `<feedback>${record('192.0.2.1')}\n${broken}${record('192.0.2.3')}</feedback>`,
    );
    expect(walked?.records.map(({ sourceIp }) => sourceIp)).toEqual(['192.0.2.1', '192.0.2.3']);
    expect(walked?.damage).toBeNull();
    expect(walked?.dropped).toEqual([
      { row: 2, reason: 'not well-formed: </row> where <source_ip> is open' },
    ]);
  });

  it('ends at damage outside its records', () => {
    const walked = walkFeedback(
      `<feedback>${record('192.0.2.1')}<a></b></a>${record('192.0.2.3')}</feedback>`,
    );
    expect(walked?.records).toHaveLength(1);
    expect(walked?.damage).toBe('not well-formed: </b> where <a> is open (line 1)');
  });

  it('refuses endless elements of one record, and deep nesting', () => {
    const many = '<a/>'.repeat(REPORT_LIMITS.elements + 1);
    const deep = '<a>'.repeat(REPORT_LIMITS.nesting);
    expect(() => walkFeedback(`<feedback><record>${many}`)).toThrow(RangeError);
    expect(() => walkFeedback(`<feedback>${deep}`)).toThrow(RangeError);
  });
});
