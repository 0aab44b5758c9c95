import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { checkHost } from '../src/core/checks/spf/check-host.js';
import { zoneQuestions } from './builders/zone-questions.js';
import type { Zone } from './builders/zone-questions.js';

// The Open SPF project's suite for RFC 7208, release 2014.04, which lies beside the project where it is there at all.
const PLACE = '../shared/corpora/spf/rfc7208-tests.yml';
const SUITE = new URL(`../${PLACE}`, import.meta.url);
const TESTS_IN_IT = 203;

interface Scenario {
  readonly description: string;
  readonly zonedata: Zone;
  readonly tests: Readonly<Record<string, SuiteTest>>;
}

interface SuiteTest {
  readonly helo: string;
  readonly host: string;
  readonly mailfrom: string;
  readonly result: string | readonly string[];
  readonly explanation?: string;
}

const scenarios = existsSync(SUITE)
  ? parseAllDocuments(readFileSync(SUITE, 'utf8'))
      .map((document) => document.toJS() as Scenario | null)
      .filter((scenario) => scenario !== null)
  : [];

describe.skipIf(scenarios.length === 0)(`the Open SPF suite [needs ${PLACE}]`, () => {
  it('has all its tests', () => {
    const tests = scenarios.flatMap((scenario) => Object.keys(scenario.tests));
    expect(tests).toHaveLength(TESTS_IN_IT);
  });

  describe.each(scenarios)('$description', ({ tests, zonedata }) => {
    it.each(Object.entries(tests))('%s', async (_name, test) => {
      const verdict = await checkHost(
        { ip: test.host, sender: test.mailfrom, helo: test.helo, receiver: 'receiver.example' },
        zoneQuestions(zonedata),
      );
      expect([test.result].flat()).toContain(verdict.result);
      if (test.explanation === undefined) return;
      expect(verdict.explanation ?? 'DEFAULT').toBe(test.explanation);
    });
  });
});
