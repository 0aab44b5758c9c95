import { describe, expect, it } from 'vitest';
import type { Observation } from '../rollout/observation.js';
import { checkDmarcRecord } from './dmarc-record.js';
import { overallStatus } from './finding.js';
import type { Severity } from './finding.js';

const GOOD = 'v=DMARC1; p=reject; rua=mailto:d@example.com';

describe('checkDmarcRecord', () => {
  it.each<[string, Observation, string, readonly string[], Severity]>([
    [
      'a sound record',
      { kind: 'record', text: GOOD, ttl: 300, others: ['hello'] },
      'example.com',
      ['dmarc-policy'],
      'ok',
    ],
    [
      'a record at p=none with a long TTL',
      { kind: 'record', text: 'v=DMARC1; p=none; rua=mailto:d@example.com', ttl: 86_400, others: [] },
      'example.com',
      ['dmarc-policy', 'dmarc-long-ttl'],
      'info',
    ],
    [
      'a misspelt second one',
      { kind: 'record', text: GOOD, ttl: 300, others: ['v=dmarc1; p=none'] },
      'example.com',
      ['dmarc-policy', 'dmarc-not-a-record'],
      'error',
    ],
    ['none', { kind: 'absent' }, 'example.com', ['dmarc-missing'], 'error'],
    [
      'none but a misspelt one',
      { kind: 'absent', others: ['v=DMARC1 p=none'] },
      'example.com',
      ['dmarc-missing', 'dmarc-not-a-record'],
      'error',
    ],
    ['none at a subdomain', { kind: 'absent' }, 'mail.example.com', ['dmarc-missing'], 'info'],
    [
      'several',
      { kind: 'several-records', texts: [GOOD, GOOD] },
      'example.com',
      ['dmarc-several-records'],
      'error',
    ],
    [
      'no alias where one should be',
      { kind: 'no-alias', wanted: '_dmarc.x.example.net', texts: ['v=DMARC1; p=none'] },
      'example.com',
      ['dmarc-no-alias'],
      'error',
    ],
    ['an alias', { kind: 'cname', target: 'x.example.net' }, 'example.com', ['dmarc-cname'], 'warning'],
    [
      'servers that disagree',
      { kind: 'disagree', texts: [GOOD, ''] },
      'example.com',
      ['dmarc-servers-disagree'],
      'error',
    ],
    ['no answer', { kind: 'unknown', reason: 'time-out' }, 'example.com', ['dmarc-unknown'], 'unknown'],
  ])('%s', (_what, observation, domain, ids, status) => {
    const findings = checkDmarcRecord(observation, domain);
    expect(findings.map((found) => found.id)).toEqual(ids);
    expect(overallStatus(findings)).toBe(status);
  });
});

describe('overallStatus', () => {
  it('is unknown when nothing was checked', () => {
    expect(overallStatus([])).toBe('unknown');
  });

  it('does not call a domain fine when a look-up failed', () => {
    expect(overallStatus([{ severity: 'warning' }, { severity: 'unknown' }, { severity: 'ok' }])).toBe(
      'unknown',
    );
  });
});
