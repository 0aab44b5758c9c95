import type { Reporter } from './world.js';

const USUAL = { duplicates: 0.02, gaps: 0.01, dayOffsetHours: 0, stopsOn: null } as const;

/**
 * Mail Receivers of many kinds, under names of their own: two that are large, three that are small. Between them they
 * cover both schemas, both packings and all three ways to read `pct` and `t`.
 */
export const REPORTERS: readonly Reporter[] = [
  {
    ...USUAL,
    domain: 'bigmail.example',
    orgName: 'bigmail.example',
    share: 0.42,
    lagHours: { least: 4, most: 9 },
    schema: 'rfc7489',
    packing: 'zip',
    receiver: 'rfc7489',
  },
  {
    ...USUAL,
    domain: 'outpost-mail.example',
    orgName: 'Enterprise Outpost',
    share: 0.27,
    lagHours: { least: 10, most: 26 },
    schema: 'rfc7489',
    packing: 'gzip',
    receiver: 'rfc7489',
    dayOffsetHours: 7, // midnight in California
  },
  {
    ...USUAL,
    domain: 'freepost.example',
    orgName: 'FreePost AG',
    share: 0.14,
    lagHours: { least: 2, most: 6 },
    schema: 'rfc9990',
    packing: 'gzip',
    receiver: 'rfc9989',
  },
  {
    ...USUAL,
    domain: 'uni-mail.example',
    orgName: 'University Computing Centre',
    share: 0.1,
    lagHours: { least: 20, most: 44 },
    schema: 'rfc7489',
    packing: 'gzip',
    receiver: 'ignores-pct-and-t',
    gaps: 0.04,
  },
  {
    ...USUAL,
    domain: 'fastpost.example',
    orgName: 'Fastpost Pty Ltd',
    share: 0.07,
    lagHours: { least: 3, most: 60 },
    schema: 'rfc9990',
    packing: 'gzip',
    receiver: 'rfc9989',
    dayOffsetHours: -10, // midnight in Sydney
    duplicates: 0.05,
  },
];
