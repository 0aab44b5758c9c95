import { describe, expect, it } from 'vitest';
import { holdsValue, replaceInFile } from './edit-file.js';
import type { FileFormat } from './edit-file.js';

const BEFORE = 'v=DMARC1; p=none; rua=mailto:d@example.com';
const AFTER = 'v=DMARC1; p=quarantine; rua=mailto:d@example.com';
const CHANGE = { domain: 'example.com', before: BEFORE, after: AFTER };

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
    expect(holdsValue(text, format, BEFORE)).toBe(true);
    expect(holdsValue(text, format, AFTER)).toBe(false);
  });

  it('does not take a longer record for the one it begins like', () => {
    expect(() => replaceInFile(`TXT('_dmarc', '${BEFORE}; fo=1')`, 'dnscontrol', CHANGE)).toThrow(
      'does not hold',
    );
  });

  it('asks for a mark where several places hold the record', () => {
    const text = `D('a', TXT('_dmarc', '${BEFORE}'));\nD('b', TXT('_dmarc', '${BEFORE}'));`;
    expect(() => replaceInFile(text, 'dnscontrol', CHANGE)).toThrow('2 times; mark the right one');
  });

  it('takes the marked place', () => {
    const line = (more: string, value: string): string => `TXT('_dmarc', '${value}'),${more}\n\n\n\n\n`;
    const marks = [' // dmarc-ratchet: example.com.au', ' // dmarc-ratchet: example.com', ''];
    const text = marks.map((mark) => line(mark, BEFORE)).join('');
    const expected = marks.map((mark, at) => line(mark, at === 1 ? AFTER : BEFORE)).join('');
    expect(replaceInFile(text, 'dnscontrol', CHANGE)).toBe(expected);
  });

  it('keeps what a string of the format must escape', () => {
    const odd = { ...CHANGE, after: `v=DMARC1; p=reject; x="q\\'\${a}%{b}` };
    expect(replaceInFile(`"${BEFORE}"`, 'terraform', odd)).toBe(
      String.raw`"v=DMARC1; p=reject; x=\"q\\'$${'$'}{a}%%{b}"`,
    );
  });
});
