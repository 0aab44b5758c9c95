import type { Observation } from '../core/rollout/observation.js';
import type { ServerView } from '../ports/record-observer.js';

/**
 * What all servers say together. Those that answered and differ: `disagree`. One that could not be asked: `unknown`,
 * and never `absent`. TTLs may differ by a secondary's clock; the longest counts.
 */
export function joinViews(views: readonly Pick<ServerView, 'server' | 'observation'>[]): Observation {
  const answered = views.filter((view) => view.observation.kind !== 'unknown');
  const distinct = new Set(answered.map((view) => identity(view.observation)));
  if (distinct.size > 1) {
    return { kind: 'disagree', texts: [...new Set(answered.map((view) => describe(view.observation)))] };
  }
  const silent = views.find((view) => view.observation.kind === 'unknown');
  if (silent?.observation.kind === 'unknown') {
    return { kind: 'unknown', reason: `${silent.server}: ${silent.observation.reason}` };
  }
  const [first] = answered;
  if (first === undefined) return { kind: 'unknown', reason: 'no server to ask' };
  if (first.observation.kind !== 'record') return first.observation;
  const ttls = answered.map((view) => (view.observation.kind === 'record' ? view.observation.ttl : 0));
  return { ...first.observation, ttl: Math.max(...ttls) };
}

function identity(observation: Observation): string {
  return `${observation.kind} ${describe(observation)}`;
}

/** As text for people; an empty one: nothing stands there. */
function describe(observation: Observation): string {
  if ('text' in observation) return observation.text;
  if ('texts' in observation) return observation.texts.toSorted().join(' | ');
  return observation.kind === 'cname' ? `CNAME ${observation.target}` : '';
}
