/**
 * Seeded pseudo-random numbers: the same seed gives the same numbers on every machine. Streams with different seeds
 * are independent, so a day can be made without making those before it.
 */
export interface Random {
  /** 0 to below 1. */
  fraction(): number;
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  /** One of them; throws a RangeError when there are none. */
  pick<T>(from: readonly T[]): T;
  /** How many of `count` tries succeed. */
  successes(count: number, probability: number): number;
}

/** `seed`: parts that together name the stream, as in `randomOf(seed, 'spoofer', day)`. */
export function randomOf(...seed: readonly (string | number)[]): Random {
  const next = sfc32(hash(seed.join('\u0000')));
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    fraction: next,
    between,
    chance: (probability) => next() < probability,
    pick(from) {
      const picked = from[between(0, from.length - 1)];
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
    successes: (count, probability) => binomial(next, count, probability),
  };
}

/** Four words out of any text (FNV-1a over each code unit, a different start for each word). */
function hash(text: string): [number, number, number, number] {
  const word = (start: number): number => {
    let value = start;
    for (let index = 0; index < text.length; index += 1) {
      value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
    }
    return value >>> 0;
  };
  return [word(0x811c9dc5), word(0x9e3779b9), word(0x85ebca6b), word(0xc2b2ae35)];
}

/** Chris Doty-Humphrey's Small Fast Counting generator, in the public domain. */
function sfc32([first, second, third, fourth]: [number, number, number, number]): () => number {
  let [a, b, c, counter] = [first, second, third, fourth];
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let round = 0; round < 15; round += 1) next(); // similar seeds look alike until stirred
  return next;
}

function binomial(next: () => number, count: number, probability: number): number {
  if (probability <= 0 || count <= 0) return 0;
  if (probability >= 1) return count;
  if (count <= 64) {
    let hits = 0;
    for (let index = 0; index < count; index += 1) if (next() < probability) hits += 1;
    return hits;
  }
  // The normal approximation is close enough here, and one message or ten thousand cost the same.
  const spread = Math.sqrt(count * probability * (1 - probability));
  const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return Math.max(0, Math.min(count, Math.round(count * probability + spread * normal)));
}
