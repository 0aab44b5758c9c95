import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { SecretPlace } from './answers.js';
import { credentialTexts } from './credential-text.js';

function textsOf(...places: readonly SecretPlace[]) {
  const secrets = new Map(places.map((place, index) => [`secret${index}`, place] as const));
  return credentialTexts({ name: 'a', domains: [], options: new Map(), secrets });
}

describe('credentialTexts', () => {
  it('has nothing to say without a secret', () => {
    expect(Object.values(textsOf()).join('')).toBe('');
  });

  it('sets variables from a file or a shell, and in both services of the compose file', () => {
    const texts = textsOf({ kind: 'variable', name: 'KEY' }, { kind: 'variable', name: 'OTHER' });
    expect(texts).toMatchObject({
      dotEnv: "KEY=''\nOTHER=''\n",
      shell: 'read -rs KEY && export KEY && read -rs OTHER && export OTHER\n',
      files: '',
      composeFiles: '',
    });
    const service = { environment: { KEY: '${KEY:?set KEY}', OTHER: '${OTHER:?set OTHER}' } };
    expect(parse(texts.compose)).toEqual({ services: { api: service, worker: service } });
  });

  it.each([
    ['/run/secrets/dns key', './secrets/dns key', '/run/secrets/dns key'],
    ['secrets/dns', './secrets/dns', '/etc/secrets/dns'],
    ['../dns', './secrets/dns', '/dns'],
  ])('puts the file %s where the settings in the container look for it', (path, source, target) => {
    const { files, composeFiles, compose } = textsOf({ kind: 'file', path });
    expect(files).toBe(`install -D -m 600 /dev/stdin '${path}'\n`);
    expect(composeFiles).toBe(`install -D -m 600 /dev/stdin '${source}'\n`);
    expect(parse(compose).services.api).toEqual({
      volumes: [{ type: 'bind', source, target, read_only: true }],
    });
  });

  it('keeps files apart that have the same last name', () => {
    const paths = ['/run/a/key', '/run/b/key'];
    const { composeFiles, compose } = textsOf(...paths.map((path) => ({ kind: 'file', path }) as const));
    const { volumes } = parse(compose).services.api;
    const sources = ['./secrets/1/key', './secrets/2/key'];
    expect(volumes).toMatchObject(paths.map((target, at) => ({ source: sources[at], target })));
    for (const source of sources) expect(composeFiles).toContain(`'${source}'`);
  });
});
