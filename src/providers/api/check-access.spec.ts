import { describe, expect, it } from 'vitest';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { checkAccess } from './check-access.js';

describe('checkAccess', () => {
  it('gives the words of what was asked', async () => {
    expect(await checkAccess(async () => 'it sees 2 zones')).toEqual({
      ok: true,
      message: 'it sees 2 zones',
    });
  });

  it('gives those of an error of the API', async () => {
    const refused = new DnsProviderError('the API answered 401', { kind: 'auth' });
    const checked = await checkAccess(() => Promise.reject(refused));
    expect(checked).toEqual({ ok: false, message: 'the API answered 401' });
  });

  it('passes the reason of an abort on', async () => {
    const reason = new Error('enough');
    await expect(checkAccess(() => Promise.reject(reason))).rejects.toBe(reason);
  });
});
