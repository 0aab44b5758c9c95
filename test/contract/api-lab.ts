import { expect } from 'vitest';
import type { DnsProvider } from '../../src/ports/dns-provider.js';
import { RecordObserver } from '../../src/ports/record-observer.js';
import type { ProviderModule } from '../../src/providers/provider-module.js';
import { startApiEmulator } from '../lab/api-emulator.js';
import type { ApiCall, ApiEmulator, ApiReply } from '../lab/api-emulator.js';
import { EmulatedZones } from '../lab/emulated-zones.js';
import { skipPauses } from '../lab/skip-pauses.js';
import { CONTRACT_ZONES } from './contract-run.js';

/** At most so many requests within a time; more are answered 429. */
export interface RateLimit {
  readonly most: number;
  readonly withinMs: number;
  /** Requests of each kind count for themselves; null: not at all. Without it all count together. */
  readonly kindOf?: (call: ApiCall) => string | null;
}

/** An adapter of an HTTP API and the account that is emulated for it. */
export interface ApiProviderCase {
  readonly module: ProviderModule;
  /** Options with the credential that `emulate` knows; `url` and `timeoutMs` are added. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The same with a credential that it doesn't know. */
  readonly wrongOptions: Readonly<Record<string, unknown>>;
  /** Secrets among the options: no message may hold one. */
  readonly secrets: readonly string[];
  /** Answers as the API does. Throws ApiViolation for what the API would not understand. */
  readonly emulate: (zones: EmulatedZones) => (call: ApiCall) => ApiReply;
  readonly isWrite?: (call: ApiCall) => boolean;
  /** What the API publishes of its limits, or what is careful where it publishes none. */
  readonly limits: readonly RateLimit[];
  /** By default `url`. */
  readonly urlOption?: string;
}

export interface ApiLab {
  readonly emulator: ApiEmulator;
  readonly zones: EmulatedZones;
  readonly provider: (overrides?: Readonly<Record<string, unknown>>) => DnsProvider;
}

class NoObserver extends RecordObserver {
  observe(): Promise<never> {
    return Promise.reject(new Error('an API is asked, not DNS'));
  }
}

/** What an adapter of an API never asks. */
export const NO_DEPENDENCIES = { observer: new NoObserver() };

/** Whether a request may change something. */
export function isWriteOf(apiCase: ApiProviderCase): (call: ApiCall) => boolean {
  return apiCase.isWrite ?? ((call) => call.method !== 'GET');
}

/** An emulated account and providers for it, for what is special at one of them. Stop its `emulator`. */
export async function startApiLab(
  apiCase: ApiProviderCase,
  zoneNames: readonly string[] = CONTRACT_ZONES,
): Promise<ApiLab> {
  skipPauses();
  const zones = new EmulatedZones(zoneNames);
  const handle = apiCase.emulate(zones);
  const emulator = await startApiEmulator(
    handle,
    apiCase.isWrite === undefined ? {} : { isWrite: apiCase.isWrite },
  );
  return {
    emulator,
    zones,
    provider: (overrides = {}) =>
      apiCase.module.create(
        { ...apiCase.options, [apiCase.urlOption ?? 'url']: emulator.url, timeoutMs: 5000, ...overrides },
        NO_DEPENDENCIES,
      ),
  };
}

/** Fails when the account was asked anything that the API doesn't know. */
export async function stopApiLab(lab: ApiLab): Promise<void> {
  await lab.emulator.stop();
  expect(lab.emulator.violations).toEqual([]);
}
