import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** End by itself, with an exit status that says whether all went as it should. */
  readonly once: boolean;
  readonly seed: string;
  /** Days after which the demo ends, settled or not. */
  readonly days: number;
}

export const DEMO_USAGE = 'npm run demo [-- [--once] [--seed N] [--days N]]';

/** Throws a TypeError that says what is wrong with the arguments. */
export function readDemoOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      days: { type: 'string', default: '150' },
    },
  });
  const days = Number(values.days);
  if (!Number.isInteger(days) || days < 1 || days > 1000) throw new TypeError('--days is 1 to 1000');
  return { once: values.once, seed: values.seed, days };
}
