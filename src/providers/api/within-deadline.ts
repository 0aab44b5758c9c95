/**
 * What `work` gives, on a signal that ends with `signal`, and after `ms` milliseconds by an Error named TimeoutError.
 * Throws what `work` throws; when the signal ended, the reason for that. An AbortSignal.timeout that only an
 * AbortSignal.any knows of is lost with the next garbage collection in Node 20, and its time-out with it; here a timer
 * holds on to it.
 */
export async function withinDeadline<Result>(
  signal: AbortSignal,
  ms: number,
  work: (deadline: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(new DOMException('it took too long', 'TimeoutError')), ms);
  const deadline = AbortSignal.any([signal, over.signal]);
  try {
    return await work(deadline);
  } catch (error) {
    signal.throwIfAborted();
    over.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
