import { untilAborted } from './until-aborted.js';

/** Work that is done once for all who wait for its result; each of them may give up for himself. */
export class SharedWork<Result> {
  private pending: Promise<Result> | null = null;

  /** What `work` gives, or what is under way gives already. Throws what that throws, or an abort's reason. */
  async result(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    signal.throwIfAborted();
    this.pending ??= work().finally(() => {
      this.pending = null;
    });
    try {
      return await untilAborted(this.pending, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }
}
