import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../instant.js';
import { isTakenIn, withUpload, type Intake } from './intake.js';

const NOW = Date.UTC(2026, 1, 3);

function anIntake(startedAgo: number, updatedAgo: number, from: Intake['from']): Intake {
  return {
    startedAt: NOW - startedAgo * MINUTE_MS,
    updatedAt: NOW - updatedAgo * MINUTE_MS,
    from,
  };
}

describe('reports that are taken in', () => {
  it.each<[string, Intake, boolean]>([
    ['a file brought just now', anIntake(0, 0, 'person'), true],
    ['the last of many files', anIntake(30, 0.5, 'person'), true],
    ['files brought before', anIntake(30, 2, 'person'), false],
    ['a mailbox that is read', anIntake(30, 5, 'mailbox'), true],
    ['a mailbox whose reading broke off', anIntake(30, 11, 'mailbox'), false],
    ['files that come for hours', anIntake(61, 0, 'person'), false],
    ['a mailbox that is read for hours', anIntake(61, 0, 'mailbox'), false],
  ])('%s: %#', (_what, intake, expected) => {
    expect(isTakenIn([anIntake(90, 80, 'person'), intake], NOW)).toBe(expected);
  });

  it('one file after the other is one intake, until a minute passes without any', () => {
    const first = withUpload(null, NOW);
    const second = withUpload(first, NOW + MINUTE_MS);
    expect(second).toEqual({ startedAt: NOW, updatedAt: NOW + MINUTE_MS });
    expect(withUpload(second, NOW + HOUR_MS).startedAt).toBe(NOW + HOUR_MS);
  });
});
