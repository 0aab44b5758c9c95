import { describe, expect, it } from 'vitest';
import { zoneQuestions, type Zone } from '../../../../test/builders/zone-questions.js';
import { policyOf, walkNames, walkTree } from './tree-walk.js';

const txt = (TXT: string): readonly { readonly TXT: string }[] => [{ TXT }];
const PLAIN = txt('v=DMARC1; p=none');

describe('walkNames', () => {
  it.each([
    ['example.com', ['example.com', 'com']],
    ['com', ['com']],
    ['a.mail.example.com', ['a.mail.example.com', 'mail.example.com', 'example.com', 'com']],
    [
      'a.b.c.d.e.f.g.h.i.j.mail.example.com',
      [
        'a.b.c.d.e.f.g.h.i.j.mail.example.com',
        'g.h.i.j.mail.example.com',
        'h.i.j.mail.example.com',
        'i.j.mail.example.com',
        'j.mail.example.com',
        'mail.example.com',
        'example.com',
        'com',
      ],
    ],
    [
      'a.b.c.d.e.f.g.com',
      [
        'a.b.c.d.e.f.g.com',
        'b.c.d.e.f.g.com',
        'c.d.e.f.g.com',
        'd.e.f.g.com',
        'e.f.g.com',
        'f.g.com',
        'g.com',
        'com',
      ],
    ],
  ])('%s', (domain, names) => {
    expect(walkNames(domain)).toEqual(names);
  });
});

describe('walkTree', () => {
  it.each<[string, Zone, string, string | null]>([
    ['nothing found: the domain itself', {}, 'a.mail.example.com', null],
    [
      'the fewest labels',
      { '_dmarc.mail.example.com': PLAIN, '_dmarc.example.com': PLAIN },
      'example.com',
      'example.com',
    ],
    [
      'psd=n ends the walk',
      { '_dmarc.mail.example.com': txt('v=DMARC1; psd=n'), '_dmarc.example.com': PLAIN },
      'mail.example.com',
      'mail.example.com',
    ],
    ['psd=y: one label below', { '_dmarc.com': txt('v=DMARC1; p=reject; psd=y') }, 'example.com', 'com'],
    [
      'psd=y above a record between, which is passed over',
      { '_dmarc.mail.example.com': PLAIN, '_dmarc.com': txt('v=DMARC1; p=reject; psd=y') },
      'example.com',
      'com',
    ],
    [
      'several records count as none',
      { '_dmarc.example.com': [...PLAIN, ...txt('v=DMARC1; p=reject')] },
      'a.mail.example.com',
      null,
    ],
    [
      'other strings beside the record',
      { '_dmarc.example.com': [...PLAIN, ...txt('hello')] },
      'example.com',
      'example.com',
    ],
    [
      'its own record is the policy, whatever the Organizational Domain',
      { '_dmarc.a.mail.example.com': PLAIN, '_dmarc.example.com': PLAIN },
      'example.com',
      'a.mail.example.com',
    ],
  ])('%s', async (_what, zone, organization, policy) => {
    const domain = 'a.mail.example.com';
    const walk = await walkTree(domain, zoneQuestions(zone));
    expect(walk.organizationalDomain).toBe(organization);
    expect(policyOf(domain, walk)?.domain ?? null).toBe(policy);
  });

  it('says when a step could not be taken', async () => {
    const walk = await walkTree('mail.example.com', zoneQuestions({ '_dmarc.example.com': ['TIMEOUT'] }));
    expect(walk.unknown).toBe('_dmarc.example.com: time-out');
  });

  it('does not ask the top-level domain when the Organizational Domain has a record', async () => {
    const dns = zoneQuestions({ '_dmarc.example.com': PLAIN });
    await walkTree('mail.example.com', dns);
    expect(dns.asked).toEqual(['_dmarc.mail.example.com TXT', '_dmarc.example.com TXT']);
  });

  it('asks eight questions at most', async () => {
    const dns = zoneQuestions({});
    await walkTree(`${'a.'.repeat(100)}example.com`, dns);
    expect(dns.asked).toHaveLength(8);
  });
});
