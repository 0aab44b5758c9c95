import { overallStatus, type Finding } from './finding.js';
import { newFinding } from './new-finding.js';
import { spfFinding } from './spf/spf-finding.js';
import type { StoredCheck } from './stored-check.js';
import { txtLine, zoneLine } from './zone-line.js';

/** What the SPF record of a domain that sends nothing says (RFC 9989 7.1 leaves `-all` alone to such domains). */
const NOBODY_SENDS = 'v=spf1 -all';
const NOBODY = /^v=spf1 +-all *$/i;

const ADVICE: readonly string[] = ['spf-parked', 'mx-parked'];

/**
 * A check with what a domain on the ladder `parked` should publish beside its policy: `v=spf1 -all`, and a null MX where
 * no mail is taken. It is advice and holds nothing: while somebody abuses the domain, `reject` can't come too early, and
 * no mail of its own is there to be hurt. A domain of which own mail was seen is not advised to forbid it.
 */
export function withParkedAdvice(check: StoredCheck): StoredCheck {
  if (check.spf.length > 0) return check;
  const findings = [...check.findings, ...spfAdvice(check), ...mxAdvice(check)];
  return { ...check, findings, status: overallStatus(findings) };
}

/** The same advice out of a check that was stored, a sentence each; none when the domain isn't parked. */
export function parkedAdvice({ findings }: Pick<StoredCheck, 'findings'>): readonly string[] {
  return findings
    .filter(({ id }) => ADVICE.includes(id))
    .map(({ message, fix }) => (fix === null ? message : `${message} ${fix}`));
}

function* spfAdvice({ domain, spfTree: { root } }: StoredCheck): Iterable<Finding> {
  if (root.state === 'unknown' || (root.record !== null && NOBODY.test(root.record))) return;
  yield spfFinding(
    'spf-parked',
    'warning',
    `${domain} is parked, and ${root.record === null ? 'no SPF record says' : 'its SPF record does not say'} that it sends nothing.`,
    { record: root.record, clause: 'RFC 9989 7.1', fix: `Publish ${txtLine(domain, NOBODY_SENDS)}` },
  );
}

function* mxAdvice({ domain, findings }: StoredCheck): Iterable<Finding> {
  const route = findings.find(({ id }) => ['mx-hosts', 'mx-implicit', 'mx-missing'].includes(id));
  if (route === undefined) return;
  yield newFinding(
    'mx',
    'mx-parked',
    'warning',
    `${domain} is parked, and no null MX says that it takes no mail.`,
    {
      record: route.record,
      clause: 'RFC 7505 3',
      fix: `Unless somebody reads mail to it, publish ${zoneLine(domain, 'MX', '0 .')}`,
    },
  );
}
