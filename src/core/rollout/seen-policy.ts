import { readPolicyTags } from '../record/tags.js';
import type { PublishedPolicy } from '../report/report.js';

/**
 * Whether a reporter saw the policy of a record. What its report leaves out can't differ: older receivers don't report
 * `t` and `np`, those of the new kind not `pct` (RFC 9990 3.1.1.3). False for a record that states no policy.
 */
export function hasSeen(policy: PublishedPolicy, record: string): boolean {
  const tags = readPolicyTags(record);
  if (tags === null || policy.p !== tags.p) return false;
  const sp = tags.sp ?? tags.p;
  const isSame = [
    policy.sp === null || policy.sp === sp,
    policy.np === null || policy.np === (tags.np ?? sp),
    policy.pct === null || policy.pct === (tags.pct ?? 100),
    policy.testing === null || policy.testing === (tags.t === 'y'),
  ];
  return isSame.every(Boolean);
}

/** The policy of a report as a record would state it: `p=quarantine; pct=10; t=y`. */
export function policyText({ p, sp, np, pct, testing }: PublishedPolicy): string {
  const tags = [
    p === null ? [] : [`p=${p}`],
    sp === null || sp === p ? [] : [`sp=${sp}`],
    np === null || np === (sp ?? p) ? [] : [`np=${np}`],
    pct === null || pct === 100 ? [] : [`pct=${pct}`],
    testing === true ? ['t=y'] : [],
  ].flat();
  return tags.length === 0 ? 'no policy' : tags.join('; ');
}
