import { describe, expect, it } from 'vitest';
import { readDemoOptions } from './demo-options.js';

describe('the arguments of the demo', () => {
  it.each([
    [[], { once: false, seed: '1', days: 150 }],
    [['--once', '--seed', '42', '--days', '10'], { once: true, seed: '42', days: 10 }],
  ])('%j', (args, options) => {
    expect(readDemoOptions(args)).toEqual(options);
  });

  it.each([[['--days', '0']], [['--days', 'x']], [['--often']], [['extra']]])('refuses %j', (args) => {
    expect(() => readDemoOptions(args)).toThrow(TypeError);
  });
});
