import { DnsProviderError } from '../../ports/dns-provider.js';

/** Milliseconds; zones come and go rarely. */
const KEPT_FOR = 300_000;

/** Answers that are kept for five minutes, so that a wave of changes asks for zones once. Errors are not kept. */
export class Remembered<Answer> {
  private readonly kept = new Map<string, { readonly answer: Answer; readonly until: number }>();

  /** What is kept, else what `ask` gives. Throws what `ask` throws, or an abort's reason. */
  async get(key: string, ask: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const found = this.kept.get(key);
    if (found !== undefined && found.until > performance.now()) return found.answer;
    const answer = await ask();
    this.kept.set(key, { answer, until: performance.now() + KEPT_FOR });
    return answer;
  }

  forget(): void {
    this.kept.clear();
  }

  /** Does the work, and forgets everything when that finds that a zone is gone. Throws what `work` throws. */
  async trusting<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof DnsProviderError && error.fault.kind === 'zone-not-found') this.forget();
      throw error;
    }
  }
}
