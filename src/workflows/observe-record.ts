import type { Observation } from '../core/rollout/observation.js';
import type { RecordPlace } from '../core/rollout/record-place.js';
import type { ObservedEverywhere, RecordObserver } from '../ports/record-observer.js';

/** All servers are asked within this time; what doesn't answer is unknown. */
const OBSERVE_MS = 20_000;

/** What all servers that the place wants asked say together, now. */
export async function observeRecord(observer: RecordObserver, place: RecordPlace): Promise<Observation> {
  return (await observeEverywhere(observer, place)).observation;
}

/** The same, with what each of them says. Never takes longer than 20 seconds. */
export async function observeEverywhere(
  observer: RecordObserver,
  place: RecordPlace,
): Promise<ObservedEverywhere> {
  const signal = AbortSignal.timeout(OBSERVE_MS);
  try {
    return await observer.observe(place, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return { observation: { kind: 'unknown', reason: 'not all servers answered in time' }, servers: [] };
  }
}
