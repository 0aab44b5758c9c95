import { describe, expect, it } from 'vitest';
import { observed } from '../../../test/builders/rollout.js';
import { zoneQuestions, type ZoneRecord } from '../../../test/builders/zone-questions.js';
import { checkDomain } from './check-domain.js';
import { parkedAdvice, withParkedAdvice } from './parked-domain.js';
import { storedCheck } from './stored-check.js';

const NULL_MX = { MX: [0, ''] } as const;
const NOBODY = { TXT: 'v=spf1 -all' };

async function adviceFor(records: readonly ZoneRecord[], senders: readonly string[] = []) {
  const zone = { 'shop.example': records, 'mail.shop.example': [{ A: '192.0.2.10' }] };
  const options = { senders, selectors: [], mailbox: null };
  const check = await checkDomain('shop.example', options, zoneQuestions(zone), observed('v=DMARC1; p=none'));
  return parkedAdvice(withParkedAdvice(storedCheck(check, 0)));
}

const SPF = expect.stringMatching(/^shop.example is parked, .* Publish shop.example. TXT "v=spf1 -all"$/);
const MX =
  'shop.example is parked, and no null MX says that it takes no mail. Unless somebody reads mail to it, publish shop.example. MX 0 .';

describe('a parked domain', () => {
  it.each<[string, readonly ZoneRecord[], readonly unknown[]]>([
    ['publishes v=spf1 -all and a null MX', [NULL_MX, NOBODY], []],
    ['publishes nothing', [], [SPF, MX]],
    ['lets somebody send', [NULL_MX, { TXT: 'v=spf1 a -all' }], [SPF]],
    ['lets nobody send, but does not refuse them', [NULL_MX, { TXT: 'v=spf1 ~all' }], [SPF]],
    ['takes mail', [{ MX: [10, 'mail.shop.example'] }, NOBODY], [MX]],
    ['has an address alone', [{ A: '192.0.2.10' }, NOBODY], [MX]],
    ['can not be looked up', ['TIMEOUT'], []],
  ])('that %s', async (_what, records, advice) => {
    expect(await adviceFor(records)).toEqual(advice);
  });

  it('that sends after all is not advised to forbid it', async () => {
    expect(await adviceFor([], ['192.0.2.10'])).toEqual([]);
  });
});
