import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { DemoScreen, ladderStrip, type DomainLine } from './demo-screen.js';

const LINE: DomainLine = {
  domain: 'a.example',
  story: 'a story',
  rung: 1,
  rungs: ['p=none', 'p=quarantine', 'p=reject'],
  phase: 'observing',
  why: 'soak: 3 of 30 closed days, and much more to say about it than fits on any line of eighty',
  next: '2026-03-01',
};

function screen(isTTY: boolean): { readonly out: string[]; readonly shown: DemoScreen } {
  const out: string[] = [];
  const terminal = { isTTY, columns: 80, write: (text: string) => out.push(text) };
  return { out, shown: new DemoScreen(terminal, createColors(false)) };
}

describe('the screen of the demo', () => {
  it('shows how far up the ladder', () => {
    expect(ladderStrip(LINE)).toBe('none ●●○ reject');
    expect(ladderStrip({ rung: null, rungs: ['p=none'] })).toBe('none ○ reject');
  });

  it('on a terminal draws the state in place, below the log', () => {
    const { out, shown } = screen(true);
    shown.show('day 1', [LINE]);
    const drawn = out.join('').split('\n').length - 1;
    out.length = 0;
    shown.log('something happened');
    expect(out[0]).toBe(`\u001B[${drawn}A\u001B[0J`);
    expect(out[1]).toBe('something happened\n');
    expect(out[2]).toContain('none ●●○ reject  observing');
    expect(
      out
        .join('')
        .split('\n')
        .every((line) => line.length < 90),
    ).toBe(true);
  });

  it('without a terminal writes plain log lines and nothing else', () => {
    const { out, shown } = screen(false);
    shown.show('day 1', [LINE]);
    shown.log('something happened');
    expect(out).toEqual(['something happened\n']);
  });
});
