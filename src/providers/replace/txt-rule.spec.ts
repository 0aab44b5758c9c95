import { describe, expect, it } from 'vitest';
import type { TxtRule } from '../../ports/provider-descriptor.js';
import { faultOf } from '../../../test/contract/dns-provider.contract.js';
import { requireCarriable } from './txt-rule.js';

const FREE: TxtRule = { form: 'raw', longest: 20, refuses: [] };

async function refusal(value: string, rule: TxtRule): Promise<string> {
  return (await faultOf(Promise.resolve().then(() => requireCarriable(value, rule)))).kind;
}

describe('requireCarriable', () => {
  it.each<[TxtRule['refuses'][number], string, string]>([
    ['backslash', 'a\\b', 'a/b'],
    ['double-quote', 'a"b', "a'b"],
    ['semicolon', 'a;b', 'a,b'],
    ['outer-space', ' a', 'a b'],
    ['outer-space', 'a ', 'a b'],
    ['double-space', 'a  b', 'a b'],
    ['non-ascii', 'a\u00e9', 'a~'],
    ['non-ascii', 'a\tb', 'a b'],
  ])('%s: not %j, but %j', async (trait, refused, carried) => {
    const rule: TxtRule = { ...FREE, refuses: [trait] };
    expect(await refusal(refused, rule)).toBe('unsupported');
    expect(() => requireCarriable(carried, rule)).not.toThrow();
    expect(() => requireCarriable(refused, FREE)).not.toThrow();
  });

  it.each<[string, TxtRule['refuses'][number], TxtRule['form'], string, string, boolean]>([
    ['a space at its end', 'outer-space', 'quoted', 'p=none; ', 'p=reject; ', true],
    ['two spaces', 'double-space', 'strings', 'p=none;  x', 'p=reject;  x', true],
    ['a backslash', 'backslash', 'raw', 'p=none\\;', 'p=reject\\;', true],
    ['a backslash that would need an escape', 'backslash', 'quoted', 'p=none\\;', 'p=reject\\;', false],
    ['a quote that would need one', 'double-quote', 'quoted', 'p="none"', 'p="reject"', false],
    ['a tab', 'non-ascii', 'raw', '\tp=none', '\tp=reject', true],
    ['a tab and another byte', 'non-ascii', 'raw', '\tp=none\u00e9', '\tp=reject\u00e9', false],
    ['a space that is new', 'outer-space', 'raw', 'p=none ', 'p=reject', false],
  ])('%s that stands there already', async (_title, trait, form, value, standing, isTaken) => {
    const rule: TxtRule = { form, longest: 30, refuses: [trait] };
    const attempt = Promise.resolve().then(() => requireCarriable(value, rule, [standing]));
    const outcome = await attempt.then(
      () => 'taken',
      () => 'refused',
    );
    expect(outcome).toBe(isTaken ? 'taken' : 'refused');
  });

  it('counts bytes', async () => {
    expect(() => requireCarriable('x'.repeat(20), FREE)).not.toThrow();
    expect(await refusal('x'.repeat(21), FREE)).toBe('unsupported');
  });

  it('refuses characters that are no bytes', async () => {
    expect(await refusal('\u2019', FREE)).toBe('unsupported');
    expect(await refusal('\u{1f600}', FREE)).toBe('unsupported');
  });
});
