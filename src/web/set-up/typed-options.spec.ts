import { describe, expect, it } from 'vitest';
import { OptionTrial, type ProviderOptions } from './option-trial.js';
import { typeOptions } from './typed-options.js';

/** Takes options of these types, and says of the first other one that it is wrong. */
class TypedTrial extends OptionTrial {
  count = 0;

  constructor(private readonly types: Readonly<Record<string, string>>) {
    super();
  }

  refusal(_type: string, options: ProviderOptions): string | null {
    this.count += 1;
    const wrong = Object.entries(options).find(([name, value]) => typeof value !== this.types[name]);
    return wrong === undefined ? null : `${wrong[0]}: wrong`;
  }
}

function choiceOf(options: Record<string, string>) {
  return { name: 'a', domains: [], secrets: new Map(), options: new Map(Object.entries(options)) };
}

describe('typeOptions', () => {
  it.each<[string, Record<string, string>, Record<string, string>, ProviderOptions]>([
    ['text', { server: 'ns1' }, { server: 'string' }, { server: 'ns1' }],
    ['a number', { port: '5353' }, { port: 'number' }, { port: 5353 }],
    ['a truth value', { sign: 'false' }, { sign: 'boolean' }, { sign: false }],
    ['digits that are a name', { account: '123' }, { account: 'string' }, { account: '123' }],
    [
      'some of each',
      { account: '123', port: '53', name: 'true', timeout: '1000' },
      { account: 'string', port: 'number', name: 'string', timeout: 'number' },
      { account: '123', port: 53, name: 'true', timeout: 1000 },
    ],
    ['a number that would not stay the same', { id: '007' }, { id: 'string' }, { id: '007' }],
    ['more digits than a number holds', { id: '1'.repeat(20) }, { id: 'string' }, { id: '1'.repeat(20) }],
  ])('%s', (_title, given, types, options) => {
    expect(typeOptions('x', choiceOf(given), new TypedTrial(types))).toEqual({ kind: 'taken', options });
  });

  it('tells what is wrong with the likeliest reading', () => {
    const typing = typeOptions('x', choiceOf({ port: '5', server: 'a' }), new TypedTrial({ port: 'number' }));
    expect(typing).toEqual({ kind: 'refused', message: 'server: wrong' });
  });

  it('does not try forever', () => {
    const trial = new TypedTrial({});
    const given = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`o${n}`, '1']));
    expect(typeOptions('x', choiceOf(given), trial).kind).toBe('refused');
    expect(trial.count).toBeLessThanOrEqual(32);
  });
});
