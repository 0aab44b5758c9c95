import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../instant.js';
import { isTakenIn, withUpload, type Intake } from './intake.js';

const NOW = Date.UTC(2026, 1, 3);
const MINUTE_MS = 60_000;

function anIntake(startedAgo: number, updatedAgo: number, isUnfinished: boolean): Intake {
  return {
    startedAt: NOW - startedAgo * MINUTE_MS,
    updatedAt: NOW - updatedAgo * MINUTE_MS,
    isUnfinished,
  };
}

describe('reports that are taken in', () => {
  it.each<[string, Intake, boolean]>([
    ['a file brought just now', anIntake(0, 0, false), true],
    ['the last of many files', anIntake(30, 0.5, false), true],
    ['files brought before', anIntake(30, 2, false), false],
    ['a mailbox that is read', anIntake(30, 5, true), true],
    ['a mailbox whose reading broke off', anIntake(30, 11, true), false],
    ['a mailbox that was read a while ago', anIntake(30, 5, false), false],
    ['files that come for hours', anIntake(61, 0, false), false],
    ['a mailbox that is read for hours', anIntake(61, 0, true), false],
  ])('%s: %#', (_what, intake, expected) => {
    expect(isTakenIn([anIntake(90, 80, false), intake], NOW)).toBe(expected);
  });

  it('one file after the other is one intake, until a minute passes without any', () => {
    const first = withUpload(null, NOW);
    const second = withUpload(first, NOW + MINUTE_MS);
    expect(second).toEqual({ startedAt: NOW, updatedAt: NOW + MINUTE_MS, isUnfinished: false });
    expect(withUpload(second, NOW + HOUR_MS).startedAt).toBe(NOW + HOUR_MS);
  });
});
