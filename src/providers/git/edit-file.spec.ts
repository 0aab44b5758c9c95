import { describe, expect, it } from 'vitest';
import { holdsValue, replaceInFile } from './edit-file.js';
import type { FileDomain, FileFormat } from './edit-file.js';

const BEFORE = 'v=DMARC1; p=none; rua=mailto:d@example.com';
const AFTER = 'v=DMARC1; p=quarantine; rua=mailto:d@example.com';
const OWN: FileDomain = { domain: 'example.com', file: 'alone' };
const CHANGE = { ...OWN, before: BEFORE, after: AFTER };
const SHARED: FileDomain = { domain: 'example.com', file: 'shared' };
const MARK = '// dmarc-ratchet: example.com';

describe('replaceInFile', () => {
  it.each<[FileFormat, string, string]>([
    ['dnscontrol', `TXT('_dmarc', '${BEFORE}'),`, `TXT('_dmarc', '${AFTER}'),`],
    ['dnscontrol', `TXT("_dmarc", "${BEFORE}", TTL(300)),`, `TXT("_dmarc", "${AFTER}", TTL(300)),`],
    ['dnscontrol', `TXT('_dmarc', \`${BEFORE}\`)`, `TXT('_dmarc', \`${AFTER}\`)`],
    [
      'octodns',
      '_dmarc:\n  type: TXT\n  value: v=DMARC1\\; p=none\\; rua=mailto:d@example.com\n',
      '_dmarc:\n  type: TXT\n  value: v=DMARC1\\; p=quarantine\\; rua=mailto:d@example.com\n',
    ],
    ['octodns', `  values:\n  - ${BEFORE} # ours\n`, `  values:\n  - ${AFTER} # ours\n`],
    ['octodns', `  value: '${BEFORE}'`, `  value: '${AFTER}'`],
    [
      'octodns',
      '  value: "v=DMARC1\\\\; p=none\\\\; rua=mailto:d@example.com"',
      '  value: "v=DMARC1\\\\; p=quarantine\\\\; rua=mailto:d@example.com"',
    ],
    ['terraform', `  content = "${BEFORE}"\n`, `  content = "${AFTER}"\n`],
    ['terraform', `  content = "\\"${BEFORE}\\""\n`, `  content = "\\"${AFTER}\\""\n`],
    ['terraform', `  records = ["${BEFORE}", "other"]\n`, `  records = ["${AFTER}", "other"]\n`],
  ])('%s: %s', (format, text, expected) => {
    expect(replaceInFile(text, format, CHANGE)).toBe(expected);
    expect(holdsValue(text, format, BEFORE, OWN)).toBe(true);
    expect(holdsValue(text, format, AFTER, OWN)).toBe(false);
  });

  it('does not take a longer record for the one it begins like', () => {
    expect(() => replaceInFile(`TXT('_dmarc', '${BEFORE}; fo=1')`, 'dnscontrol', CHANGE)).toThrow(
      'does not hold',
    );
  });

  it('asks for a mark where several places hold the record', () => {
    const text = `D('a', TXT('_dmarc', '${BEFORE}'));\nD('b', TXT('_dmarc', '${BEFORE}'));`;
    expect(() => replaceInFile(text, 'dnscontrol', CHANGE)).toThrow('2 times); mark the right one');
  });

  it('takes the marked place', () => {
    const line = (more: string, value: string): string => `TXT('_dmarc', '${value}'),${more}\n\n\n\n\n`;
    const marks = [' // dmarc-ratchet: example.com.au', ' // dmarc-ratchet: example.com', ''];
    const text = marks.map((mark) => line(mark, BEFORE)).join('');
    const expected = marks.map((mark, at) => line(mark, at === 1 ? AFTER : BEFORE)).join('');
    expect(replaceInFile(text, 'dnscontrol', CHANGE)).toBe(expected);
  });

  describe('in a file of several domains', () => {
    const record = `  TXT("_dmarc", "${BEFORE}"),`;
    const built = '  DMARC_BUILDER({ policy: "none" }),';
    const marked = `  TXT("_dmarc", "${BEFORE}"), ${MARK}`;
    const others = `  TXT("_dmarc", "${BEFORE}"), // dmarc-ratchet: other.example`;

    it.each([
      ['the only record, unmarked', [record]],
      ['only a record marked for another domain', ['D("example.com",', built, 'END);', others]],
      ['a mark at what is no string, and a record of the next domain', [MARK, built, 'END);', record]],
      ['a mark in the block before', [MARK, 'END);', 'D("other.example",', record]],
      ['a mark of the record above', [`  TXT("_dmarc", "v=DMARC1; p=reject"), ${MARK}`, record]],
      ['a mark that ends like it', [`  // dmarc-ratchet: shop.example.com`, record]],
      ['a mark too far above', [MARK, '//', '//', '//', record]],
      ['two records marked alike', [marked, marked]],
    ])('refuses %s', (_title, lines) => {
      const text = lines.join('\n');
      expect(() => replaceInFile(text, 'dnscontrol', { ...CHANGE, ...SHARED })).toThrow('mark the right one');
    });

    it.each([
      ['on the line', [others, marked, record], 1],
      ['right above', [record, MARK, record, others], 2],
      ['above the block', [MARK, 'D("example.com", REG,', record, 'END);', record], 2],
      ['above, though the line before is marked for another', [others, MARK, record], 2],
    ])('takes the place marked %s', (_title, lines, at) => {
      const expected = lines.with(at, lines[at]?.replace(BEFORE, AFTER) ?? '');
      const text = lines.join('\n');
      expect(replaceInFile(text, 'dnscontrol', { ...CHANGE, ...SHARED })).toBe(expected.join('\n'));
    });

    it('does not take the record of another domain for its own', () => {
      expect(holdsValue(record, 'dnscontrol', BEFORE, SHARED)).toBe(false);
      expect(holdsValue(others, 'dnscontrol', BEFORE, OWN)).toBe(false);
      expect(holdsValue(marked, 'dnscontrol', BEFORE, SHARED)).toBe(true);
    });
  });

  it('takes no record of another name in a file of its own for the one that is written otherwise there', () => {
    const text = `_dmarc:\n  value: v=DMARC1; p=reject\n_dmarc.shop:\n  value: ${BEFORE}\n`;
    expect(() => replaceInFile(text, 'octodns', CHANGE)).toThrow('mark the right one');
    const leave = `_dmarc:\n  value: ${BEFORE}\nother.example._report._dmarc:\n  value: v=DMARC1\n`;
    expect(replaceInFile(leave, 'octodns', CHANGE)).toBe(leave.replace(BEFORE, AFTER));
  });

  it('keeps what a string of the format must escape', () => {
    const odd = { ...CHANGE, after: `v=DMARC1; p=reject; x="q\\'\${a}%{b}` };
    expect(replaceInFile(`"${BEFORE}"`, 'terraform', odd)).toBe(
      String.raw`"v=DMARC1; p=reject; x=\"q\\'$${'$'}{a}%%{b}"`,
    );
  });
});
