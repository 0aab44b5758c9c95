import type { AssessedSource } from '../core/evidence/assessment.js';
import type { Instant } from '../core/instant.js';
import { harmOfPolicy } from '../core/rollout/expected-harm.js';
import type { Replay } from '../core/rollout/replay.js';

/** What a backtest says of a domain in JSON: times as in RFC 3339, messages as numbers. */
export function replayView(replay: Replay) {
  return {
    domain: replay.domain,
    transitions: replay.transitions.map(({ at, record, why }) => ({ at: iso(at), record, why })),
    holds: replay.holds.map(({ reason, from, to, note }) => ({
      reason,
      from: iso(from),
      to: to === null ? null : iso(to),
      note,
    })),
    ...sourcesView(replay.assessment.sources),
    setAside: replay.assessment.setAside,
    ifRejected: harmOfPolicy(replay.domain, 'reject', replay.assessment.sources),
    verdict: { kind: replay.verdict.kind, why: replay.verdict.why },
  };
}

/** Hostile sources are counted in thousands: those with the most mail are enough to see what they are like. */
const MOST_HOSTILE = 20;

function sourcesView(sources: readonly AssessedSource[]) {
  const hostile = sources.filter((it) => it.class === 'hostile').sort((a, b) => b.messages - a.messages);
  const messages = hostile.reduce((sum, it) => sum + it.messages, 0);
  return {
    sources: [...sources.filter((it) => it.class !== 'hostile'), ...hostile.slice(0, MOST_HOSTILE)],
    hostile: { sources: hostile.length, messages },
  };
}

function iso(at: Instant): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}
