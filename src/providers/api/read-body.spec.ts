import { describe, expect, it } from 'vitest';
import { readBody } from './read-body.js';

function answerOf(...chunks: readonly Uint8Array[]): Response {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  return new Response(stream);
}

describe('readBody', () => {
  it('joins characters that were cut in the middle', async () => {
    const bytes = new TextEncoder().encode('caf\u00e9 \u{1f600}');
    expect(await readBody(answerOf(...[...bytes].map((byte) => Uint8Array.of(byte))))).toBe(
      'caf\u00e9 \u{1f600}',
    );
  });

  it('an answer without a body is empty', async () => {
    expect(await readBody(new Response(null, { status: 204 }))).toBe('');
  });

  it('gives up on more than 16 MiB, without reading on', async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    await expect(readBody(new Response(endless))).rejects.toMatchObject({ fault: { kind: 'malformed' } });
    expect(pulled).toBeLessThan(25);
  });
});
