import { pause } from './pause.js';

const MOST_REPEATS = 2;
/** Milliseconds; who is told to wait longer says so to whoever asked. */
const LONGEST_PAUSE = 5000;
/** Milliseconds between which a pause is drawn that nobody names: those who were refused together must not come together. */
const LEAST_DRAWN = 500;
const MOST_DRAWN = 2000;

/**
 * Asks, and again at most twice while `busyFor` says that the API was only asked too often: milliseconds as the API
 * names them, `unnamed` where it names none; null: the outcome stands. For questions alone: a write is sent once.
 * Throws what `ask` throws, or an abort's reason.
 */
export async function askAgain<Outcome>(
  ask: () => Promise<Outcome>,
  busyFor: (outcome: Outcome) => number | 'unnamed' | null,
  signal: AbortSignal,
): Promise<Outcome> {
  for (let repeats = 0; ; repeats += 1) {
    const outcome = await ask();
    const busy = busyFor(outcome);
    if (busy === null || repeats === MOST_REPEATS) return outcome;
    const wait = busy === 'unnamed' ? LEAST_DRAWN + Math.random() * (MOST_DRAWN - LEAST_DRAWN) : busy;
    if (wait > LONGEST_PAUSE) return outcome;
    await pause(wait, signal);
  }
}
