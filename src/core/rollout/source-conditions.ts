import { rateText } from '../amount-text.js';
import { expectedHarm, harmCap } from './expected-harm.js';
import type { AssessedSource, Assessment } from '../evidence/assessment.js';
import type { Condition } from './verdict.js';
import { endOfDay } from '../instant.js';
import type { Instant } from '../instant.js';
import type { PolicyTags } from '../record/policy.js';
import type { Rollout } from './rollout.js';
import { percent } from './gate-conditions.js';

/** The sources of the domain itself, or those of its subdomains, and the policy that they are to stand. */
export interface SourceView {
  readonly rollout: Rollout;
  readonly assessment: Assessment;
  readonly sources: readonly AssessedSource[];
  readonly tags: PolicyTags;
  /** Put before the names of the conditions. */
  readonly prefix: '' | 'subdomain-';
}

/** Nobody who looks like a real sender waits for a person's word. */
export function unknownSources({ sources, prefix }: SourceView): Condition {
  const open = sources.filter((it) => it.class === 'unknown' && it.state !== 'fixed');
  return {
    name: `${prefix}unknown-sources`,
    satisfied: open.length === 0,
    actual:
      open.length === 0
        ? 'none'
        : open.map((it) => `${it.name} (${rateText(it.failingPerWeek)} a week)`).join(', '),
    required: 'none',
    why: 'a failing sender that looks real must be aligned, or a person must say that it is not yours',
    earliest: latestFix(open),
  };
}

/** Each authorized source by itself: the worst decides. */
export function worstSource(view: SourceView): Condition {
  const { settings } = view.rollout;
  const cap = capOf(view);
  const own = authorized(view);
  const failing = own.filter((it) => isBroken(it, cap));
  const unproven = own.filter(
    (it) => !failing.includes(it) && it.messages > 0 && !isGood(it, settings.passRate, cap),
  );
  const bad = failing.length > 0 ? failing : unproven;
  return {
    name: `${view.prefix}worst-source`,
    satisfied: failing.length > 0 ? false : unproven.length > 0 ? 'unknown' : true,
    actual: bad.length === 0 ? 'all authorized sources pass' : bad.map(describeSource).join(', '),
    required: `each to pass at ${percent(settings.passRate)} with 95 % confidence, or to fail at most ${rateText(cap)} messages a week`,
    why: 'one broken sender is enough to lose mail, however small its share',
    earliest: latestFix(bad),
  };
}

/** At the last rung nothing has to be proved any more: only a source that fails counts. */
export function noBrokenSource(view: SourceView): Condition {
  const cap = capOf(view);
  const broken = authorized(view).filter((it) => isBroken(it, cap));
  return {
    name: `${view.prefix}worst-source`,
    satisfied: broken.length === 0,
    actual: broken.length === 0 ? 'no authorized source fails' : broken.map(describeSource).join(', '),
    required: `each to fail at most ${rateText(cap)} messages a week`,
    why: 'one broken sender is enough to lose mail, however small its share',
    earliest: latestFix(broken),
  };
}

/** What the policy would cost. */
export function harm(view: SourceView): Condition {
  const { domain, settings } = view.rollout;
  const cap = capOf(view);
  // Broken transit costs every source a little: it may cost what the pass rate allows.
  const noise = Math.max(cap, (1 - settings.passRate) * view.assessment.legitimatePerWeek);
  const failing = view.sources.filter((it) => it.state === 'failing');
  const broken = expectedHarm(domain, view.tags, failing).authorized;
  const expected = expectedHarm(domain, view.tags, view.sources).authorized;
  return {
    name: `${view.prefix}expected-harm`,
    satisfied: broken <= cap && expected <= noise,
    actual: `${rateText(expected)} legitimate messages a week, ${rateText(broken)} of them from sources that fail`,
    required: `at most ${rateText(noise)}, ${rateText(cap)} of them from sources that fail`,
    why: 'what the next rung would junk or refuse, read as if pct and t softened nothing',
    earliest: latestFix(authorized(view)),
  };
}

/** Lists and forwarders break some mail that no owner can mend. */
export function forwarderBudget(view: SourceView): Condition {
  const { settings } = view.rollout;
  const expected = expectedHarm(view.rollout.domain, view.tags, view.sources);
  const budget = Math.max(settings.harmCap, settings.forwarderBudget * view.assessment.legitimatePerWeek);
  return {
    name: `${view.prefix}forwarder-budget`,
    satisfied: expected.forwarder <= budget,
    actual: `${rateText(expected.forwarder)} messages a week`,
    required: `at most ${rateText(budget)} (${percent(settings.forwarderBudget)} of legitimate mail)`,
    why: 'mailing lists and forwarders break signatures; their mail has a budget of its own',
    earliest: null,
  };
}

function capOf({ rollout, assessment }: SourceView): number {
  return harmCap(rollout.settings, assessment.legitimatePerWeek);
}

function authorized({ sources }: SourceView): readonly AssessedSource[] {
  return sources.filter((it) => it.class === 'authorized');
}

function isBroken(source: AssessedSource, cap: number): boolean {
  return source.state === 'failing' && source.failingPerWeek > cap;
}

function isGood(source: AssessedSource, passRate: number, cap: number): boolean {
  return (source.passRateAtLeast ?? 0) >= passRate || source.failingPerWeekAtMost <= cap;
}

/** When all of them could be fixed, if they passed from now on; null when that can't be told for one of them. */
function latestFix(sources: readonly AssessedSource[]): Instant | null {
  let latest: Instant | null = null;
  for (const { fixedOnEarliest } of sources) {
    if (fixedOnEarliest === null) continue;
    const at = endOfDay(fixedOnEarliest);
    latest = latest === null || at > latest ? at : latest;
  }
  return latest;
}

function describeSource(source: AssessedSource): string {
  const last = source.lastFailing === null ? '' : `, last failing ${source.lastFailing}`;
  return `${source.name} (${rateText(source.failingPerWeek)} failing a week${last})`;
}
