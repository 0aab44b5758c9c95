import type { Finding } from '../checks/finding.js';
import type { AssessedSource } from '../evidence/assessment.js';
import type { Instant } from '../instant.js';
import { effectivePolicy } from '../record/effective-policy.js';
import type { EffectivePolicy, ReceiverKind } from '../record/effective-policy.js';
import { readPolicyTags, readTags, tagValue } from '../record/tags.js';
import { expectedHarm } from './expected-harm.js';
import type { ExpectedHarm } from './expected-harm.js';
import { rungText } from './ladder.js';
import { planChange, strengtheningTo } from './plan.js';
import { warningsOf } from './refuse-write.js';
import type { Change, ChangeStage, Rollout } from './rollout.js';
import { currentRung, nextRung } from './rungs.js';
import type { Verdict } from './verdict.js';

/** One tag that a change touches; null: it isn't there. */
export interface TagChange {
  readonly tag: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What the record will ask of receivers for mail that fails. */
export interface ReceiverReading {
  readonly receiver: string;
  readonly asks: string;
}

/** Who will be asked to write. */
export interface PlannedProvider {
  readonly name: string;
  readonly type: string;
  /** The provider itself compares before it writes. */
  readonly compares: boolean;
}

/** A change as people read it before they approve it, and afterwards to find out what was done. */
export interface PlanView {
  readonly domain: string;
  /** The name that is written. */
  readonly recordName: string;
  /** `preview`: what would be planned next, were every condition met. */
  readonly stage: ChangeStage | 'preview';
  readonly direction: Change['direction'];
  readonly cause: string;
  readonly before: string | null;
  readonly after: string;
  readonly tags: readonly TagChange[];
  readonly readings: readonly ReceiverReading[];
  /** What the provider will be asked, in a sentence. */
  readonly request: string;
  /** Legitimate messages a week, worst-case reading of the record. */
  readonly worstCase: ExpectedHarm;
  /** What stands against nothing, and should be known: where the reports will not come. */
  readonly warnings: readonly string[];
  /** The text that undoes it; null: there was no record. */
  readonly rollback: string | null;
  readonly planHash: string;
  readonly needsApproval: boolean;
}

export interface PlanBasis {
  readonly recordName: string;
  readonly verdict: Verdict | null;
  readonly sources: readonly AssessedSource[];
  readonly provider: PlannedProvider;
  readonly now: Instant;
  /** What the DNS checks found last; absent: that isn't known. */
  readonly findings?: readonly Finding[];
}

/** The open change of a rollout, else a preview of the next one; null: there is nothing to come. */
export function planView(rollout: Rollout, basis: PlanBasis): PlanView | null {
  const open = rollout.change;
  const change = open ?? nextChange(rollout, basis);
  if (change === null) return null;
  const { recordName, sources, provider } = basis;
  const { direction, cause, before, after, planHash, needsApproval } = change;
  const tags = readPolicyTags(after);
  return {
    domain: rollout.domain,
    recordName,
    stage: open === null ? 'preview' : open.stage,
    direction,
    cause,
    before,
    after,
    tags: changedTags(before, after),
    readings:
      tags === null ? [] : RECEIVERS.map((receiver) => reading(receiver, effectivePolicy(tags, receiver))),
    request: requestText(change, recordName, provider),
    worstCase:
      tags === null
        ? { authorized: 0, forwarder: 0, unknown: 0 }
        : expectedHarm(rollout.domain, tags, sources),
    warnings: warningsOf(rollout.domain, after, basis.findings),
    rollback: before,
    planHash,
    needsApproval,
  };
}

/** What would be planned if everything passed now: its hash is the one that the real plan will have. */
function nextChange(rollout: Rollout, { verdict, now }: PlanBasis): Change | null {
  const next = nextRung(rollout);
  const to = verdict?.next ?? (next === null ? null : { rung: next.index, sp: null });
  if (to === null) return null;
  const cause = `the next rung after ${rungText(currentRung(rollout))}, once every condition is met`;
  const request = strengtheningTo(rollout, to, cause);
  return request === null ? null : planChange(rollout, request, now);
}

/** Every tag that is written otherwise, in the order of the record to come. */
export function changedTags(before: string | null, after: string): readonly TagChange[] {
  const [old, next] = [readTags(before ?? ''), readTags(after)];
  const names = [...new Set([...next, ...old].map((tag) => tag.name))];
  return names
    .map((tag) => ({ tag, before: tagValue(old, tag), after: tagValue(next, tag) }))
    .filter((change) => change.before !== change.after);
}

const RECEIVERS = ['rfc7489', 'rfc9989', 'ignores-pct-and-t'] as const satisfies readonly ReceiverKind[];

const RECEIVER_NAMES: Readonly<Record<ReceiverKind, string>> = {
  rfc7489: 'that reads pct (RFC 7489)',
  rfc9989: 'that reads t (RFC 9989)',
  'ignores-pct-and-t': 'that ignores both',
};

function reading(receiver: ReceiverKind, policy: EffectivePolicy): ReceiverReading {
  const parts = (['reject', 'quarantine', 'none'] as const)
    .filter((level) => policy[level] > 0)
    .map((level) => `${Math.round(policy[level] * 100)} % ${ASKED[level]}`);
  return { receiver: RECEIVER_NAMES[receiver], asks: parts.join(', ') };
}

const ASKED = { none: 'delivered as before', quarantine: 'to junk', reject: 'refused' } as const;

function requestText({ before, ttl }: Change, recordName: string, provider: PlannedProvider): string {
  const where = `${provider.name} (${provider.type})`;
  const kept = ttl === null ? 'its TTL stays' : `its TTL of ${ttl} s stays`;
  if (before === null) return `${where} is asked to create the TXT record at ${recordName}.`;
  const compared = provider.compares
    ? 'The provider itself compares: if it is not the one above, nothing happens.'
    : 'It is read and compared right before, and read again after.';
  return `${where} is asked to replace this one TXT record at ${recordName}; ${kept}, and so does every other record. ${compared}`;
}
