import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiFault } from '../lab/api-emulator.js';
import { startApiLab } from './api-lab.js';
import type { ApiLab, ApiProviderCase } from './api-lab.js';
import { RECORD, STRONGER } from './contract-run.js';

const NAME = '_dmarc.free.example.test';

/** C23: whatever an API says, no error, check or receipt holds a secret, in any field or cause. */
export function describeSecrets(title: string, apiCase: ApiProviderCase): void {
  describe(`${title}: secrets`, () => {
    const { signal } = new AbortController();
    const names = apiCase.module.descriptor.options.flatMap((option) => (option.secret ? [option.name] : []));
    const secretsOf = (options: Readonly<Record<string, unknown>>): readonly string[] =>
      names.map((name) => options[name]).filter((value) => typeof value === 'string');
    const wrong = secretsOf(apiCase.wrongOptions);
    const secrets = secretsOf(apiCase.options).concat(
      apiCase.secrets.filter((secret) => !wrong.includes(secret)),
    );
    let lab: ApiLab;

    beforeAll(async () => {
      lab = await startApiLab(apiCase);
      lab.zones.replace(NAME, 'TXT', [RECORD], 3600);
    });
    afterAll(async () => lab.emulator.stop());

    /** All that a log or an error page could show of what an attempt ended with. */
    async function told(attempt: Promise<unknown>): Promise<string> {
      const outcome: unknown = await attempt.catch((error: unknown) => error);
      const stack = outcome instanceof Error ? outcome.stack : '';
      return `${String(outcome)} ${stack} ${JSON.stringify(outcome)} ${inspect(outcome, { depth: 12 })}`;
    }

    const said = secrets.join(' ');
    const body = { message: said, error: said, errors: [{ message: said, reason: said }], detail: said };
    it.each<[string, ApiFault]>([
      ...[400, 401, 403, 404, 409, 422, 429, 500, 200].map((status): [string, ApiFault] => [
        `${status} repeats them`,
        { status, body },
      ]),
      ['a page repeats them', { status: 200, body: `<html>${said}</html>` }],
      ['a redirect repeats them', { status: 302, headers: { location: `/?k=${encodeURIComponent(said)}` } }],
      ['a broken connection', 'lose-after'],
    ])('C23 are told to nobody when %s', async (_title, fault) => {
      const provider = lab.provider();
      const zone = await provider.findZone(NAME, signal);
      const expected = { values: [RECORD], ttl: 3600 };
      const change = { expected, next: { values: [STRONGER], ttl: 3600 }, changeId: 'change-1' };
      const heard: string[] = [];
      for (const ask of [
        () => provider.check(signal),
        () => provider.findZone(NAME, signal),
        () => provider.readTxt(zone, NAME, signal),
        () => provider.replaceTxt(zone, NAME, change, signal),
      ]) {
        lab.emulator.forgetCalls();
        lab.emulator.fail('any', fault);
        heard.push(await told(ask()));
      }
      lab.emulator.forgetCalls();
      lab.emulator.fail('write', fault);
      heard.push(await told(provider.replaceTxt(zone, NAME, change, signal)));
      lab.zones.replace(NAME, 'TXT', [RECORD], 3600);
      expect(secrets.filter((secret) => heard.some((words) => words.includes(secret)))).toEqual([]);
    });

    it('C23 are told to nobody when they are wrong', async () => {
      const heard = await told(lab.provider(apiCase.wrongOptions).check(signal));
      expect(wrong.filter((secret) => heard.includes(secret))).toEqual([]);
    });

    it('C23 are all named as such', () => {
      expect(apiCase.secrets.length).toBeGreaterThan(0);
      expect(names.length).toBeGreaterThan(0);
    });
  });
}
