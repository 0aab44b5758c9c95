import type { RecordObserver } from './ports/record-observer.js';
import { createProvider } from './providers/registry.js';
import { OptionTrial, type ProviderOptions } from './web/set-up/option-trial.js';

/** What any secret may look like: base64 of a key, and the file of a Google service account. */
const STAND_INS = [
  'c3RhbmQtaW4=',
  JSON.stringify({ type: 'service_account', client_email: 'stand@in', private_key: '-----BEGIN' }),
] as const;

/** Makes a provider of the options and drops it again; making one connects to nothing. */
export class ProviderTrial extends OptionTrial {
  constructor(private readonly observer: RecordObserver) {
    super();
  }

  refusal(type: string, options: ProviderOptions, secrets: readonly string[]): string | null {
    const refusals = STAND_INS.map((standIn) => {
      const stoodIn = Object.fromEntries(secrets.map((secret) => [secret, standIn]));
      return this.refusalOf(type, { ...options, ...stoodIn });
    });
    if (refusals.includes(null)) return null;
    // The other one complains of the stand-in, too.
    return refusals.reduce((a, b) => ((a ?? '').length <= (b ?? '').length ? a : b));
  }

  private refusalOf(type: string, options: ProviderOptions): string | null {
    try {
      createProvider(type, options, { observer: this.observer });
      return null;
    } catch (error) {
      if (error instanceof RangeError) return error.message.replace(`provider type ${type}: `, '');
      throw error;
    }
  }
}
