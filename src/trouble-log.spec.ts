import { describe, expect, it } from 'vitest';
import { TroubleLog } from './trouble-log.js';

const DAY = 86_400_000;

describe('a trouble that lasts', () => {
  it('is news once, and again after a day', () => {
    let now = 0;
    const log = new TroubleLog(() => now);
    const isNews = () => log.isNews('main', 'there is no such folder');
    expect([isNews(), isNews(), isNews()]).toEqual([true, false, false]);
    now = DAY - 1;
    expect(isNews()).toBe(false);
    now = DAY;
    expect([isNews(), isNews()]).toEqual([true, false]);
  });

  it('is news when it becomes another one, but not as it goes to and fro', () => {
    const log = new TroubleLog(() => 0);
    const texts = ['refused', 'no answer', 'refused', 'no answer'];
    expect(texts.map((text) => log.isNews('main', text))).toEqual([true, true, false, false]);
  });

  it('is the same while the pause before the next try runs down', () => {
    const log = new TroubleLog(() => 0);
    const texts = ['refused', 'refused; next try in 30 s', 'refused; next try in 2 s'];
    expect(texts.map((text) => log.isNews('main', text))).toEqual([true, false, false]);
  });

  it('is over once, and news again after that', () => {
    const log = new TroubleLog(() => 0);
    expect(log.isOver('main')).toBe(false);
    log.isNews('main', 'refused');
    log.isNews('other', 'refused');
    expect([log.isOver('main'), log.isOver('main')]).toEqual([true, false]);
    expect(log.isNews('main', 'refused')).toBe(true);
    expect(log.isNews('other', 'refused')).toBe(false);
  });

  it('takes little memory, however it is worded', () => {
    const log = new TroubleLog(() => 0);
    for (let at = 0; at < 25; at += 1) log.isNews('main', `fault ${at}`);
    expect(log.isNews('main', 'fault 24')).toBe(false);
    expect(log.isNews('main', 'fault 0')).toBe(true);
  });
});
