import type { Observation } from '../core/rollout/observation.js';
import type { RecordObserver } from '../ports/record-observer.js';

/** All authoritative servers are asked within this time; what doesn't answer is unknown. */
const OBSERVE_MS = 20_000;

/** What all authoritative servers of a domain say together, now. */
export async function observeRecord(observer: RecordObserver, domain: string): Promise<Observation> {
  const { observation } = await observer.observe(domain, AbortSignal.timeout(OBSERVE_MS));
  return observation;
}
