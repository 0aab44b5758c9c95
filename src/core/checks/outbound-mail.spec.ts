import { describe, expect, it } from 'vitest';
import { zoneQuestions } from '../../../test/builders/zone-questions.js';
import { outboundMail } from './outbound-mail.js';
import { buildTree } from './spf/build-tree.js';

describe('outboundMail', () => {
  it.each([
    ['v=spf1 -all', 'none'],
    ['v=spf1 a:gone.example -all', 'none'],
    ['v=spf1 redirect=closed.example', 'none'],
    ['v=spf1 ~all', 'unknown'],
    ['v=spf1 moo -all', 'unknown'],
    ['v=spf1 include:slow.example -all', 'unknown'],
    ['hello', 'unknown'],
    ['v=spf1 ip4:192.0.2.1 -all', 'some'],
    ['v=spf1 exists:%{i}.x.example -all', 'some'],
    ['v=spf1 -ip4:192.0.2.1 -all', 'none'],
    ['v=spf1 +all', 'some'],
  ])('is read off %s: %s', async (text, outbound) => {
    const zone = zoneQuestions({
      'x.example': [{ TXT: text }],
      'closed.example': [{ TXT: 'v=spf1 -all' }],
      'slow.example': ['TIMEOUT'],
    });
    expect(outboundMail([], await buildTree('x.example', zone))).toBe(outbound);
  });

  it('is some where senders are known, whatever the record says', async () => {
    const tree = await buildTree('x.example', zoneQuestions({ 'x.example': [{ TXT: 'v=spf1 -all' }] }));
    expect(outboundMail(['192.0.2.1'], tree)).toBe('some');
  });
});
