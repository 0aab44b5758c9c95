import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DnsProvider, DnsProviders } from '../ports/dns-provider.js';
import type { ProviderCatalogue } from '../ports/provider-catalogue.js';
import { ProvidersController } from './providers.controller.js';

function controllerOf(check: DnsProvider['check']): ProvidersController {
  const providers = { names: () => ['main'], get: () => ({ check }) } as unknown as DnsProviders;
  return new ProvidersController({} as ProviderCatalogue, providers);
}

describe('the check of a provider', () => {
  afterEach(() => vi.restoreAllMocks());

  it('is not ok when it has no answer in time', async () => {
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort(new Error('late')));
    const controller = controllerOf(async (signal) => {
      signal.throwIfAborted();
      return { ok: true, message: '' };
    });
    expect(await controller.check('main')).toEqual({
      ok: false,
      message: 'It did not answer within 20 seconds.',
    });
  });

  it('throws what is no fault of the provider', async () => {
    const controller = controllerOf(() => Promise.reject(new TypeError('ours')));
    await expect(controller.check('main')).rejects.toThrow('ours');
  });
});
