import { aCell, aFailingCell, daysFrom, everyDay, trustOf } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { AssessedSource } from './assessment.js';
import type { Cell } from './cell.js';
import type { SourceClass } from '../source/source.js';
import type { SourceInHand } from './assess-source.js';
import { assessSource } from './assess-source.js';
import { addDays } from '../instant.js';
import { sourceHistory } from '../source/source-history.js';
import { NO_ACTIVITY } from './recent-activity.js';

/** Three who see other mail of yours, one of them known. */
const OTHERS = everyDay(daysFrom('2026-01-01', '2026-01-07'), {}, [
  'big.example',
  'mid.example',
  'google.com',
]);

/** A vendor's source as it is assessed when reports reach `latest`, in a window since 2026-03-01. */
function assessed(
  cells: readonly Cell[],
  latest: string,
  patch: Partial<SourceInHand> & { readonly class?: SourceClass } = {},
): AssessedSource {
  const { class: kind = 'authorized', ...more } = patch;
  const trust = trustOf([...OTHERS, ...cells]);
  const source: SourceInHand = {
    id: 'domain:vendor.example',
    history: sourceHistory(cells, trust),
    cells,
    trust,
    classified: { class: kind, reasons: [], settledBy: null },
    recent: NO_ACTIVITY,
    fixedElsewhereOn: null,
    ...more,
  };
  return assessSource(source, { from: '2026-03-01', through: latest, closedDays: 28, latest });
}

const VENDOR = { authenticatedAs: 'vendor.example', reporter: 'google.com' };

function passing(first: string, last: string, patch: Partial<Cell> = {}): readonly Cell[] {
  return daysFrom(first, last).map((day) => aCell({ ...VENDOR, day, ...patch }));
}

function failing(first: string, last: string, patch: Partial<Cell> = {}): readonly Cell[] {
  return daysFrom(first, last).map((day) => aFailingCell({ ...VENDOR, day, ...patch }));
}

describe('fixed', () => {
  const broken = failing('2026-02-01', '2026-03-05');

  it.each([
    [6, 'failing'],
    [7, 'fixed'],
  ])('is a source that has passed on seven active days: after %i it is %s', (days, state) => {
    const last = addDays('2026-03-05', days);
    expect(assessed([...broken, ...passing('2026-03-06', last)], last).state).toBe(state);
  });

  it.each<readonly [string, readonly string[], AssessedSource['state']]>([
    ['one stranger', ['big.example'], 'failing'],
    ['two', ['big.example', 'mid.example'], 'fixed'],
    ['one that everybody knows', ['google.com'], 'fixed'],
  ])('by the word of %s: %s', (_title, reporters, state) => {
    const since = reporters.flatMap((reporter) => passing('2026-03-06', '2026-03-20', { reporter }));
    expect(assessed([...broken, ...since], '2026-03-20').state).toBe(state);
  });

  it('is one whose mail has proved itself under another identity', () => {
    expect(assessed(broken, '2026-03-20', { fixedElsewhereOn: '2026-03-15' }).state).toBe('fixed');
  });

  it('only what came after the failing counts then', () => {
    const source = assessed([...broken, ...passing('2026-03-06', '2026-03-20')], '2026-03-20');
    expect(source).toMatchObject({ messages: 1500, passed: 1500, failingPerWeek: 0, fixedOnEarliest: null });
  });

  it('one day of noise keeps nobody from being fixed', () => {
    const noisy = aCell({ ...VENDOR, day: '2026-03-09', messages: 100, passed: 99 });
    const since = passing('2026-03-06', '2026-03-20').map((it) => (it.day === noisy.day ? noisy : it));
    expect(assessed([...broken, ...since], '2026-03-20').state).toBe('fixed');
  });
});

describe('a batch among mail that passes', () => {
  /** The rest of the source's mail passes all the time; the run failed on these days. */
  function withRun(first: string, last: string, until: string): readonly Cell[] {
    return [...passing('2026-01-15', until, { ip: '198.51.100.1' }), ...failing(first, last)];
  }

  it.each([
    ['2026-04-04', 'failing'],
    ['2026-04-05', 'fixed'],
  ])('may come back with the month: on %s it is %s', (latest, state) => {
    expect(assessed(withRun('2026-02-28', '2026-02-28', latest), latest).state).toBe(state);
  });

  it('is one of up to three days', () => {
    expect(assessed(withRun('2026-02-26', '2026-02-28', '2026-03-20'), '2026-03-20').state).toBe('failing');
    expect(assessed(withRun('2026-02-25', '2026-02-28', '2026-03-20'), '2026-03-20').state).toBe('fixed');
  });

  it('is one too when the source sends seldom: days are counted when it sends', () => {
    const days = ['2025-11-30', '2025-12-31', '2026-01-31', '2026-02-28'];
    const monthly = days.flatMap((day) => failing(day, day));
    const since = passing('2026-03-01', '2026-03-20');
    expect(assessed([...monthly.slice(-3), ...since], '2026-03-20').state).toBe('failing');
    expect(assessed([...monthly, ...since], '2026-03-20').state).toBe('fixed');
  });

  it('each run counts by itself', () => {
    const runs = ['2026-02-10', '2026-02-17', '2026-02-24', '2026-03-03'].flatMap((day) => failing(day, day));
    const cells = [...passing('2026-01-15', '2026-04-08', { ip: '198.51.100.1' }), ...runs];
    expect(assessed(cells, '2026-04-07').state).toBe('failing');
    expect(assessed(cells, '2026-04-08').state).toBe('fixed');
  });
});

describe('when it could be fixed at the earliest', () => {
  it.each<readonly [string, readonly Cell[], string, string | null]>([
    ['it sends every day: in seven days', failing('2026-02-01', '2026-03-05'), '2026-03-05', '2026-03-12'],
    [
      'it has passed on three days since: in four',
      [...failing('2026-02-01', '2026-03-05'), ...passing('2026-03-06', '2026-03-08')],
      '2026-03-08',
      '2026-03-12',
    ],
    [
      'it sends every second day: in fourteen',
      daysFrom('2026-02-01', '2026-03-05').flatMap((day, at) => (at % 2 === 0 ? failing(day, day) : [])),
      '2026-03-05',
      '2026-03-19',
    ],
    [
      'it was a batch: with the month',
      [
        ...passing('2026-02-01', '2026-03-05'),
        ...failing('2026-03-04', '2026-03-04', { ip: '198.51.100.9' }),
      ],
      '2026-03-05',
      '2026-04-09',
    ],
    ['it is not failing', passing('2026-02-01', '2026-03-05'), '2026-03-05', null],
  ])('%s', (_title, cells, latest, expected) => {
    expect(assessed(cells, latest).fixedOnEarliest).toBe(expected);
  });

  it('nobody waits for a hostile source', () => {
    const source = assessed(failing('2026-02-01', '2026-03-05'), '2026-03-05', { class: 'hostile' });
    expect(source).toMatchObject({ fixedOnEarliest: null, fix: null, failingPerWeek: 0 });
  });

  it('what it says comes true when everything passes from then on', () => {
    const broken = failing('2026-02-01', '2026-03-05');
    const promised = assessed(broken, '2026-03-05').fixedOnEarliest ?? '';
    const later = [...broken, ...passing('2026-03-06', promised)];
    expect(assessed(later, promised).state).toBe('fixed');
    expect(assessed(later.slice(0, -1), addDays(promised, -1)).state).toBe('failing');
  });
});

describe('what a source fails a week', () => {
  it('is taken from its own latest activity as long as it is failing', () => {
    const cells = failing('2026-01-01', '2026-01-28', { messages: 10 });
    expect(assessed(cells, '2026-03-20')).toMatchObject({
      state: 'failing',
      messages: 0,
      failingPerWeek: 70,
    });
  });

  it('is the noise of the window when it is not', () => {
    const cells = passing('2026-03-01', '2026-03-28', { messages: 100, passed: 99 });
    expect(assessed(cells, '2026-03-28')).toMatchObject({ state: 'clean', failingPerWeek: 7 });
  });

  it('is unproven without mail in the window', () => {
    expect(assessed(passing('2026-01-01', '2026-01-28'), '2026-03-28')).toMatchObject({
      state: 'unproven',
      passRateAtLeast: null,
      failingPerWeekAtMost: 0,
    });
  });
});

it('says how to align what is failing', () => {
  expect(assessed(failing('2026-02-01', '2026-03-05'), '2026-03-05').fix).toContain('d=shop.example');
});
