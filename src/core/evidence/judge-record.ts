import type { OverrideReason, PublishedPolicy, ReportRecord } from '../report/report.js';
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
  const author = record.headerFrom;
  const ownSignatures = record.dkimResults.filter((it) => isAligned(it.domain, author, policy.adkim));
  const envelope = record.spfResults.filter((it) => it.scope !== 'helo' || record.spfResults.length === 1);
  const rawDkim = ownSignatures.some((it) => it.result === 'pass');
  const rawSpf = envelope.some((it) => it.result === 'pass' && isAligned(it.domain, author, policy.aspf));
  const dkimAligned = passes(record.dkim, rawDkim, record.dkimResults.length > 0);
  const spfAligned = passes(record.spf, rawSpf, record.spfResults.length > 0);
  const passed = dkimAligned || spfAligned;
  const evaluated = record.dkim === 'pass' || record.spf === 'pass';
  const anySpf = record.spfResults.some((it) => it.result === 'pass');
  return {
    passed,
    dkimAligned,
    spfAligned,
    forwarded: dkimAligned && !spfAligned && !anySpf,
    brokenSignature: !passed && ownSignatures.some((it) => it.result !== 'pass' && it.result !== 'none'),
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
  const identities = [...record.dkimResults, ...record.spfResults]
    .filter((it) => it.result === 'pass' && it.domain !== '')
    .map((it) => organizationalDomain(it.domain));
  return identities.find((domain) => domain !== own) ?? null;
}
