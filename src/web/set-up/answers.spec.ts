import { describe, expect, it } from 'vitest';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { readAnswers } from './answers.js';

const option = { help: '', env: [], kind: 'text' };
const DESCRIPTOR = {
  id: 'cloud',
  options: [
    { ...option, name: 'region', required: true, secret: false },
    { ...option, name: 'zone', required: false, secret: false },
    { ...option, name: 'token', required: true, secret: true, env: ['CLOUD_TOKEN'] },
    { ...option, name: 'key', required: false, secret: true },
    { ...option, name: 'port', kind: 'number', required: false, secret: false },
    { ...option, name: 'sign', kind: 'yes-no', required: false, secret: false },
    { ...option, name: 'url', kind: 'address', required: false, secret: false },
  ],
} as unknown as ProviderDescriptor;

const GOOD = {
  name: 'main',
  domains: 'Example.com, bücher.example. example.com',
  'option-region': ' eu ',
  'secret-token': 'variable',
  'secret-token-variable': 'CLOUD_TOKEN',
};

function read(given: Record<string, string>) {
  return readAnswers(DESCRIPTOR, new Map(Object.entries({ ...GOOD, ...given })));
}

function fieldsOf(given: Record<string, string>): readonly (string | null)[] {
  const reading = read(given);
  return reading.kind === 'mistakes' ? reading.mistakes.map(({ field }) => field) : [];
}

describe('readAnswers', () => {
  it('takes what was chosen, domains once and as A-labels', () => {
    expect(read({ 'secret-key': 'file', 'secret-key-file': '/run/secrets/key' })).toEqual({
      kind: 'choice',
      choice: {
        name: 'main',
        domains: ['example.com', 'xn--bcher-kva.example'],
        options: new Map([['region', 'eu']]),
        secrets: new Map([
          ['token', { kind: 'variable', name: 'CLOUD_TOKEN' }],
          ['key', { kind: 'file', path: '/run/secrets/key' }],
        ]),
      },
    });
  });

  it.each<[string, string, string | number | boolean]>([
    ['zone', '123', '123'],
    ['zone', 'true', 'true'],
    ['zone', '007', '007'],
    ['port', ' 5353 ', 5353],
    ['port', '-1', -1],
    ['sign', 'true', true],
    ['sign', 'false', false],
    ['url', 'https://dns.example', 'https://dns.example'],
  ])('takes %s %j as %j', (name, text, value) => {
    const reading = read({ [`option-${name}`]: text });
    expect(reading.kind === 'choice' && reading.choice.options.get(name)).toBe(value);
  });

  it.each<[string, Record<string, string>, (string | null)[]]>([
    ['a port that is no number', { 'option-port': 'https' }, ['option-port']],
    ['a number in another notation', { 'option-port': '0x35' }, ['option-port']],
    ['more digits than a number holds', { 'option-port': '1'.repeat(20) }, ['option-port']],
    ['neither yes nor no', { 'option-sign': 'maybe' }, ['option-sign']],
    ['no name', { name: '' }, ['name']],
    ['a name that the settings refuse', { name: 'two words' }, ['name']],
    ['a name that is too long', { name: 'x'.repeat(61) }, ['name']],
    ['no domain', { domains: ' , ' }, ['domains']],
    ['what is no domain', { domains: 'example.com nodots' }, ['domains']],
    ['an address', { domains: '192.0.2.1' }, ['domains']],
    [
      'too many domains',
      { domains: Array.from({ length: 101 }, (_, n) => `d${n}.example`).join(' ') },
      ['domains'],
    ],
    ['a required option that is empty', { 'option-region': '  ' }, ['option-region']],
    ['several lines', { 'option-zone': 'a\nb' }, ['option-zone']],
    ['a control character', { 'option-zone': 'a\u001B[2Jb' }, ['option-zone']],
    ['an endless value', { 'option-zone': 'x'.repeat(2001) }, ['option-zone']],
    ['a required secret that is nowhere', { 'secret-token': 'none' }, ['secret-token']],
    ['a place that there is not', { 'secret-token': 'page' }, ['secret-token']],
    ['a variable without a name', { 'secret-token-variable': '' }, ['secret-token-variable']],
    [
      'a credential in place of a name',
      { 'secret-token-variable': 'dop_v1_9f86d08' },
      ['secret-token-variable'],
    ],
    ['a variable of the service’s own', { 'secret-token-variable': 'API_TOKEN' }, ['secret-token-variable']],
    ['a file without a path', { 'secret-key': 'file' }, ['secret-key-file']],
    [
      'a path with more in it',
      { 'secret-key': 'file', 'secret-key-file': "/a'; rm -rf '" },
      ['secret-key-file'],
    ],
    [
      'a path that is replaced',
      { 'secret-key': 'file', 'secret-key-file': '/a/${HOME}' },
      ['secret-key-file'],
    ],
    [
      'a credential in place of a path',
      { 'secret-key': 'file', 'secret-key-file': 'dop_v1_9f86d08' },
      ['secret-key-file'],
    ],
    ['a path that is an option', { 'secret-key': 'file', 'secret-key-file': '-x' }, ['secret-key-file']],
    ['one place for two', { 'secret-key': 'variable', 'secret-key-variable': 'CLOUD_TOKEN' }, [null]],
    ['all at once', { name: '', domains: '', 'option-region': '' }, ['name', 'domains', 'option-region']],
  ])('%s', (_title, given, fields) => {
    expect(fieldsOf(given)).toEqual(fields);
  });

  it('says nothing of what was typed in place of a name or a path', () => {
    const reading = read({
      'secret-token-variable': 'hunter2',
      'secret-key': 'file',
      'secret-key-file': '"hunter2"',
    });
    expect(reading.kind).toBe('mistakes');
    expect(JSON.stringify(reading)).not.toContain('hunter2');
  });
});
