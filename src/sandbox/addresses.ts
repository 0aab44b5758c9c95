import type { Random } from './random.js';

/** First octets that hold private, shared, loopback, documentation or benchmarking networks. */
const SPECIAL = new Set([10, 100, 127, 169, 172, 192, 198, 203]);

/** The first three octets of an IPv4 /24 that could be anybody's. It is only ever written into reports. */
export function anyNetwork(random: Random): string {
  let first = 0;
  do first = random.between(2, 222);
  while (SPECIAL.has(first));
  return [first, random.between(0, 255), random.between(0, 255)].join('.');
}

/** `count` hosts side by side in one such network. */
export function hostsInOneNetwork(random: Random, count: number): readonly string[] {
  const network = anyNetwork(random);
  const first = random.between(1, 254 - count);
  return Array.from({ length: count }, (_, index) => `${network}.${first + index}`);
}

/** `count` hosts in one IPv6 /48 that could be anybody's, each in a /64 of its own. */
export function hostsInOnePool(random: Random, count: number): readonly string[] {
  const word = (): string => random.between(0x1000, 0xffff).toString(16);
  const network = `2a0${random.between(0, 9)}:${word()}:${word()}`;
  return Array.from(
    { length: count },
    () => `${network}:${word()}::${random.between(1, 0xfff).toString(16)}`,
  );
}
