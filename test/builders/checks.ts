import { zoneQuestions } from './zone-questions.js';
import { DAY_MS, HOUR_MS } from '../../src/core/instant.js';
import { checksHold, type CheckedMail, type CheckRecord } from '../../src/core/checks/check-outcome.js';
import type { Finding } from '../../src/core/checks/finding.js';
import { checkSpf } from '../../src/core/checks/spf/check-spf.js';
import { isWeighed, type StoredCheck } from '../../src/core/checks/stored-check.js';

/** When the decision is made for which checks are looked at. */
export const NOW = Date.parse('2026-05-01T12:00:00Z');
/** All of it signed. */
export const SIGNED: CheckedMail = {
  isParked: false,
  needsSpf: false,
  onSpfAlone: new Map(),
  sparesSubdomainsOf: null,
};
/** That of 192.0.2.1 passes by SPF alone. */
export const MAIL: CheckedMail = {
  ...SIGNED,
  needsSpf: true,
  onSpfAlone: new Map([['192.0.2.1', '2026-04-30']]),
};

const { tree } = await checkSpf('shop.example', zoneQuestions({}));

/** Named by its id, which begins with its check. */
export function finding(id: string, severity: Finding['severity'], patch: Partial<Finding> = {}): Finding {
  const check = id.slice(0, id.indexOf('-')) as Finding['check'];
  const [subject, isGuessed] = [null, id === 'dkim-common-unknown'];
  const rest = { record: null, clause: null, fix: null };
  return { check, id, severity, subject, isGuessed, message: `${id} it is.`, ...rest, ...patch };
}

/** A check an hour ago in which these things were found. */
export function checked(
  findings: readonly Finding[],
  hoursAgo = 1,
  patch: Partial<StoredCheck> = {},
): StoredCheck {
  const isComplete = !findings.some((it) => it.severity === 'unknown' && isWeighed(it));
  return {
    domain: 'shop.example',
    at: NOW - hoursAgo * HOUR_MS,
    status: 'ok',
    isComplete,
    findings,
    spf: [],
    spfTree: tree,
    ...patch,
  };
}

/** Newest first. */
function recordOf(...checks: readonly StoredCheck[]): CheckRecord {
  const [latest = null, ...earlier] = checks;
  return { latest, earlier, firstAt: NOW - 90 * DAY_MS };
}

/** Why these checks hold; newest first. */
export function holdOf(mail: CheckedMail, ...checks: readonly StoredCheck[]): string | null {
  return checksHold(recordOf(...checks), mail, NOW);
}
