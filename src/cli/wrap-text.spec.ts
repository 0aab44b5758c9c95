import { describe, expect, it } from 'vitest';
import { cutText, wrapText } from './wrap-text.js';

describe('text is broken at spaces', () => {
  it.each([
    ['', 5, ['']],
    ['a b', 5, ['a b']],
    ['one two three', 7, ['one two', 'three']],
    ['one two three', 6, ['one', 'two', 'three']],
    ['a incomprehensible b', 5, ['a', 'incomprehensible', 'b']],
  ])('%j at %i', (text, width, lines) => {
    expect(wrapText(text, width)).toEqual(lines);
  });
});

it.each([
  ['short', 5, 'short'],
  ['longer', 5, 'long…'],
])('%j is cut at %i to %j', (text, width, expected) => {
  expect(cutText(text, width)).toBe(expected);
});
