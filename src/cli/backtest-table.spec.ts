import { stripVTControlCharacters } from 'node:util';
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { Replay } from '../core/rollout/replay.js';
import { anAssessment, aSource } from '../../test/builders/evidence.js';
import { aRollout, aVerdict } from '../../test/builders/rollout.js';
import { describeReplay } from './backtest-table.js';

const PLAIN = picocolors.createColors(false);
const COLOURED = picocolors.createColors(true);

const REPLAY: Replay = {
  domain: 'shop.example',
  transitions: [
    {
      at: Date.parse('2026-03-02T12:00:00Z'),
      record: 'v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:dmarc@shop.example',
      why: 'evidence passed at p=none: the next rung hurts nobody, nobody at all, and none who reads this',
    },
    {
      at: Date.parse('2026-03-12T00:00:00Z'),
      record: 'v=DMARC1; p=none; rua=mailto:dmarc@shop.example',
      why: 'legitimate mail has begun to fail: SendGrid (sendgrid.net)',
    },
  ],
  holds: [
    {
      reason: 'silent',
      from: Date.parse('2026-02-02T12:00:00Z'),
      to: Date.parse('2026-02-04T00:00:00Z'),
      note: 'no reports for 3 days',
    },
    { reason: 'inconclusive', from: Date.parse('2026-03-13T00:00:00Z'), to: null, note: 'too few messages' },
  ],
  rollout: aRollout({ rung: 0 }),
  assessment: anAssessment({
    from: '2026-03-01',
    closedThrough: '2026-03-12',
    setAside: [{ reporter: 'odd.example', day: '2026-03-04', why: 'reports 90000 messages that passed' }],
    sources: [
      aSource({ id: 'a', name: 'shop.example mail servers', messages: 1234567, passed: 1234566 }),
      aSource({
        id: 'b',
        name: `SendGrid (${'x'.repeat(60)}.sendgrid.net)`,
        class: 'unknown',
        messages: 2_000_000,
        passed: 0,
        state: 'failing',
        failingPerWeek: 1_166_666.6,
        fix: 'Have SendGrid sign its mail with a DKIM key of shop.example: in its settings, under Sender Authentication.',
      }),
      aSource({ id: 'c', name: 'quiet', class: 'forwarder', messages: 0, passed: 0 }),
      aSource({ id: 'd', class: 'hostile', messages: 5, passed: 0 }),
      aSource({ id: 'e', class: 'hostile', messages: 6, passed: 0 }),
    ],
  }),
  verdict: aVerdict({ kind: 'fail', why: 'SendGrid fails' }),
};

describe('the replay of a domain, for people', () => {
  it('is told in dates, rungs, holds and sources', () => {
    expect(describeReplay(REPLAY, PLAIN)).toMatchInlineSnapshot(`
      "shop.example
        2026-02-02  held to 2026-02-04         silent: no reports for 3 days
        2026-03-02  p=quarantine; pct=10; t=y  evidence passed at p=none: the next rung hurts nobody,
                                               nobody at all, and none who reads this
        2026-03-12  p=none                     legitimate mail has begun to fail: SendGrid (sendgrid.net)
        2026-03-13  still held                 inconclusive: too few messages
        at the end  p=none                     fail: SendGrid fails

        source (2026-03-01 to 2026-03-12)                           class           messages      passed
        SendGrid (xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  unknown        2,000,000       0.0 %
          → Have SendGrid sign its mail with a DKIM key of shop.example: in its settings, under Sender
          Authentication.
        shop.example mail servers                                   authorized     1,234,567      99.9 %
        quiet                                                       forwarder              0           -
        2 that abuse the domain                                     hostile               11

        legitimate messages that reject today would refuse: 1,166,667 a week
        1,166,667 a week  SendGrid (xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
        2026-03-04  set aside odd.example reports 90000 messages that passed
      "
    `);
  });

  it('is no wider than a hundred characters', () => {
    const widths = describeReplay(REPLAY, PLAIN)
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(100);
  });

  it('is the same in colours', () => {
    const coloured = describeReplay(REPLAY, COLOURED);
    expect(coloured).not.toBe(describeReplay(REPLAY, PLAIN));
    expect(stripVTControlCharacters(coloured)).toBe(describeReplay(REPLAY, PLAIN));
  });

  it('that never went anywhere says so', () => {
    const still = { ...REPLAY, transitions: [], holds: [] };
    expect(describeReplay(still, PLAIN)).toContain('no change   p=none all the time');
  });

  it('names at most twenty sources', () => {
    const sources = Array.from({ length: 23 }, (_, index) => aSource({ id: `${index}` }));
    const many = { ...REPLAY, assessment: anAssessment({ sources }) };
    expect(describeReplay(many, PLAIN)).toContain('and 3 more');
  });

  it('lets no name of a stranger drive the terminal', () => {
    const evil = aSource({ name: 'evil\u001B[31m\u202E', fix: 'a\u0007b' });
    const told = describeReplay({ ...REPLAY, assessment: anAssessment({ sources: [evil] }) }, PLAIN);
    expect(told.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
