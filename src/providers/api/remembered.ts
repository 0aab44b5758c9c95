/** Milliseconds; zones come and go rarely. */
const KEPT_FOR = 300_000;

/** Answers that are kept for five minutes, so that a wave of changes asks for zones once. Errors are not kept. */
export class Remembered<Answer> {
  private readonly kept = new Map<string, { readonly answer: Answer; readonly until: number }>();

  /** What is kept, else what `ask` gives. Throws what `ask` throws, or an abort's reason. */
  async get(key: string, ask: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const found = this.peek(key);
    if (found !== undefined) return found;
    const answer = await ask();
    this.kept.set(key, { answer, until: performance.now() + KEPT_FOR });
    return answer;
  }

  /** What is kept; nothing is asked. */
  peek(key: string): Answer | undefined {
    const found = this.kept.get(key);
    return found !== undefined && found.until > performance.now() ? found.answer : undefined;
  }

  forget(): void {
    this.kept.clear();
  }
}
