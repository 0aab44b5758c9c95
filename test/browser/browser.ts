import { chromium, type Browser } from 'playwright-core';
import BINARIES from '../lab/debian-packages.json' with { type: 'json' };

/** Debian's Chromium without a window; Playwright starts it without a sandbox, which root can't have. It sees the lab alone. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: BINARIES.chromium });
}
