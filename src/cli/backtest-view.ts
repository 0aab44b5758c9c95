import type { Instant } from '../core/instant.js';
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
    sources: replay.assessment.sources,
    verdict: { kind: replay.verdict.kind, why: replay.verdict.why },
  };
}

function iso(at: Instant): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}
