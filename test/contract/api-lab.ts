import { expect } from 'vitest';
import type { DnsProvider } from '../../src/ports/dns-provider.js';
import { RecordObserver } from '../../src/ports/record-observer.js';
import type { ProviderModule } from '../../src/providers/provider-module.js';
import { startApiEmulator } from '../lab/api-emulator.js';
import type { ApiCall, ApiEmulator, ApiReply } from '../lab/api-emulator.js';
import { EmulatedZones } from '../lab/emulated-zones.js';
import { skipPauses } from '../lab/skip-pauses.js';
import { CONTRACT_ZONES } from './contract-run.js';

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
        { observer: new NoObserver() },
      ),
  };
}

/** Fails when the account was asked anything that the API doesn't know. */
export async function stopApiLab(lab: ApiLab): Promise<void> {
  await lab.emulator.stop();
  expect(lab.emulator.violations).toEqual([]);
}
