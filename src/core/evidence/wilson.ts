/** Standard normal quantile of a one-sided 95 % bound. */
const Z = 1.6448536269514722;

function bounds(successes: number, trials: number): { readonly lower: number; readonly upper: number } {
  const rate = successes / trials;
  const z2 = Z * Z;
  const centre = rate + z2 / (2 * trials);
  const spread = Z * Math.sqrt((rate * (1 - rate)) / trials + z2 / (4 * trials * trials));
  const scale = 1 + z2 / trials;
  return { lower: Math.max(0, (centre - spread) / scale), upper: Math.min(1, (centre + spread) / scale) };
}

/**
 * One-sided 95 % lower bound of a rate (Wilson score interval): the truth is above it 19 times out of 20.
 * 0 without trials.
 */
export function wilsonLower(successes: number, trials: number): number {
  return trials === 0 ? 0 : bounds(successes, trials).lower;
}

/** One-sided 95 % upper bound of a rate; 1 without trials. */
export function wilsonUpper(successes: number, trials: number): number {
  return trials === 0 ? 1 : bounds(successes, trials).upper;
}
