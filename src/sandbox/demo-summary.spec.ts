import { describe, expect, it } from 'vitest';
import { dayText, shortcomings, summaryLines, type Outcome } from './demo-summary.js';

const REJECT = 'v=DMARC1; p=reject; rua=mailto:d@rua.example';
const NONE = 'v=DMARC1; p=none; rua=mailto:d@rua.example';

function outcome(given: Partial<Outcome>): Outcome {
  return {
    domain: 'a.example',
    fate: 'reaches-reject',
    record: REJECT,
    phase: 'completed',
    why: '',
    reachedReject: null,
    brokeOn: null,
    steppedBack: null,
    harm: [],
    culprits: [],
    ...given,
  };
}

const lost = (day: number): Outcome['harm'] => [{ day, origin: 'sender', name: 'x', junked: 2, refused: 3 }];

describe('the end of the demo', () => {
  it.each<[string, Partial<Outcome>, string]>([
    ['reached reject', { reachedReject: 90 }, ''],
    ['never got there', { record: NONE, why: 'soak' }, 'never reached reject: soak'],
    ['got there and fell', { reachedReject: 90, steppedBack: 95 }, 'stepped back from reject on day 96'],
    ['lost mail on the way', { reachedReject: 90, harm: lost(3) }, 'lost 5 legitimate messages'],
    [
      'held and named',
      { fate: 'is-held', record: NONE, why: 'sendwell.example (9)', culprits: ['sendwell.example'] },
      '',
    ],
    [
      'held for something else',
      { fate: 'is-held', record: NONE, why: 'soak', culprits: ['sendwell.example'] },
      'without its sender being named',
    ],
    [
      'not held',
      { fate: 'is-held', why: 'sendwell.example', culprits: ['sendwell.example'] },
      'was not held',
    ],
    [
      'stepped back in time',
      { fate: 'steps-back', reachedReject: 90, brokeOn: 95, steppedBack: 97, harm: lost(96) },
      '',
    ],
    [
      'stepped back late',
      { fate: 'steps-back', reachedReject: 90, brokeOn: 95, steppedBack: 109 },
      'needed 14 days',
    ],
    ['did not step back', { fate: 'steps-back', reachedReject: 90, brokeOn: 95 }, 'did not step back'],
    [
      'stepped back for nothing',
      { fate: 'steps-back', reachedReject: 90, brokeOn: 95, steppedBack: 93 },
      'before anything broke',
    ],
  ])('%s', (_, given, wrong) => {
    const found = shortcomings(outcome(given));
    expect(found.join('; ')).toContain(wrong);
    expect(found).toHaveLength(wrong === '' ? 0 : 1);
  });

  it('names days as the log does, the first one day 1', () => {
    expect([dayText(0), dayText(95)]).toEqual(['day 1', 'day 96']);
  });

  it('tells in a table what happened, and mail lost between break and step back apart', () => {
    const lines = summaryLines([
      outcome({ reachedReject: 90 }),
      outcome({
        domain: 'held.example',
        record: NONE,
        phase: 'held',
        why: 'unclassified-source: crm.example',
      }),
      outcome({
        domain: 'b.example',
        reachedReject: 90,
        brokeOn: 95,
        steppedBack: 97,
        record: NONE,
        harm: lost(96),
      }),
    ]);
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^a\.example +reject on day 91 +0$/),
      expect.stringMatching(/^held\.example +held at p=none: unclassified-source: crm\.example +0$/),
      expect.stringMatching(
        /^b\.example +reject on day 91, broke on day 96, back to p=none 2 days later +0 \(and 5 between break and step back\)$/,
      ),
    ]);
  });
});
