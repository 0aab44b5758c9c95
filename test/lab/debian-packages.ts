import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import BINARIES from './debian-packages.json' with { type: 'json' };

/** The servers that tests run against; the file says by what each Debian package is recognized. */
export type DebianPackage = keyof typeof BINARIES;

/** Their processes change their user. */
const NEEDS_ROOT: ReadonlySet<DebianPackage> = new Set(['dovecot-imapd'] as const);
const isRoot = process.getuid?.() === 0;

/**
 * A describe block that needs servers from Debian. Missing ones skip it, and the test command says so at the end;
 * with CI=true nothing is skipped: the block runs and fails. `npm test` installs them when it is root.
 */
export function describeWith(packages: readonly DebianPackage[], title: string, body: () => void): void {
  const missing = packages.filter((name) => !existsSync(BINARIES[name]) || (NEEDS_ROOT.has(name) && !isRoot));
  if (missing.length === 0 || process.env['CI'] === 'true') describe(title, body);
  else
    describe.skip(
      `${title} [needs ${missing.join(', ')} from Debian${missing.some((name) => NEEDS_ROOT.has(name)) ? ', and root' : ''}]`,
      body,
    );
}
