import type {
  DkimResult,
  OverrideReason,
  PublishedPolicy,
  ReportRecord,
  SpfResult,
} from '../report/report.js';
import { isAligned } from '../alignment/identifier-alignment.js';
import { organizationalDomain } from '../alignment/organizational-domain.js';

/** What counts of a record; see Cell for what each word means. */
export interface Judgement {
  readonly passed: boolean;
  readonly dkimAligned: boolean;
  readonly spfAligned: boolean;
  readonly forwarded: boolean;
  readonly brokenSignature: boolean;
  readonly indirect: boolean;
  readonly disputed: boolean;
  readonly authenticatedAs: string | null;
}

/**
 * RFC 9990 3.1.1.9: `policy_evaluated` is the aligned outcome, `auth_results` the raw one. Alignment is computed
 * again from the raw results; a pass needs both to agree. Without raw results the evaluated word stands.
 */
export function judgeRecord(record: ReportRecord, policy: PublishedPolicy): Judgement {
  let rawDkim = false;
  let isSignatureBroken = false;
  for (const { domain, result } of record.dkimResults) {
    if (!isAligned(domain, record.headerFrom, policy.adkim)) continue;
    if (result === 'pass') rawDkim = true;
    else if (result !== 'none') isSignatureBroken = true;
  }
  let rawSpf = false;
  let anySpf = false;
  for (const { domain, scope, result } of record.spfResults) {
    if (result !== 'pass') continue;
    anySpf = true;
    const isEnvelope = scope !== 'helo' || record.spfResults.length === 1;
    if (isEnvelope && isAligned(domain, record.headerFrom, policy.aspf)) rawSpf = true;
  }
  const dkimAligned = passes(record.dkim, rawDkim, record.dkimResults.length > 0);
  const spfAligned = passes(record.spf, rawSpf, record.spfResults.length > 0);
  const passed = dkimAligned || spfAligned;
  const evaluated = record.dkim === 'pass' || record.spf === 'pass';
  return {
    passed,
    dkimAligned,
    spfAligned,
    forwarded: dkimAligned && !spfAligned && !anySpf,
    brokenSignature: !passed && isSignatureBroken,
    indirect: !passed && record.reasons.some(saysIndirect),
    disputed: !passed && (evaluated || rawDkim || rawSpf),
    authenticatedAs: foreignIdentity(record),
  };
}

/** Overrides tell how mail came; what a receiver did with it for reasons of sampling or testing tells nothing. */
const INDIRECT: readonly string[] = ['forwarded', 'mailing_list', 'trusted_forwarder'];

function saysIndirect({ type, comment }: OverrideReason): boolean {
  return INDIRECT.includes(type) || (type === 'local_policy' && comment?.includes('arc=pass') === true);
}

/** Some reporters leave the evaluated word out; the raw results then speak alone. */
function passes(evaluated: string, rawPass: boolean, isRawKnown: boolean): boolean {
  if (evaluated === '') return rawPass;
  return evaluated === 'pass' && (rawPass || !isRawKnown);
}

/** Who the mail authenticated as besides its author: a passing signature first, else a passing envelope domain. */
function foreignIdentity(record: ReportRecord): string | null {
  const own = organizationalDomain(record.headerFrom);
  return passingBesides(own, record.dkimResults) ?? passingBesides(own, record.spfResults);
}

function passingBesides(own: string, results: readonly (DkimResult | SpfResult)[]): string | null {
  for (const { domain, result } of results) {
    if (result !== 'pass' || domain === '') continue;
    const organization = organizationalDomain(domain);
    if (organization !== own) return organization;
  }
  return null;
}
