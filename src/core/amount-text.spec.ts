import { describe, expect, it } from 'vitest';
import { countText, rateText } from './amount-text.js';

describe('amounts for people', () => {
  it.each([
    [0, '0 days'],
    [1, '1 day'],
    [2, '2 days'],
  ])('%i of a thing', (count, text) => {
    expect(countText(count, 'day')).toBe(text);
  });

  it('of what has a plural of its own', () => {
    expect(countText(2, 'reply', 'replies')).toBe('2 replies');
  });

  it.each([
    [0, '0'],
    [0.01, '0.1'],
    [2.25, '2.3'],
    [12.44, '12.4'],
    [40, '40'],
  ])('%d messages a week', (messages, text) => {
    expect(rateText(messages)).toBe(text);
  });
});
