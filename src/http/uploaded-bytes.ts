import { createParamDecorator, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import type { Request } from 'express';
import { ProblemError } from './problem.js';

/** Bytes. */
export const UPLOAD_LIMIT = 25 * 1024 * 1024;

/** Reads a request's body whatever its type says; runs after the guard, so nobody uploads without a token. */
export class ReadUpload implements PipeTransform<Request, Promise<Uint8Array>> {
  async transform(request: Request): Promise<Uint8Array> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      if (size > UPLOAD_LIMIT)
        throw new ProblemError('too-large', `At most ${UPLOAD_LIMIT} bytes are taken.`, {
          headers: { Connection: 'close' },
        });
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

const RequestStream = createParamDecorator((_: unknown, context: ExecutionContext): Request =>
  context.switchToHttp().getRequest<Request>(),
);

/** Parameter: the body as bytes. */
export function UploadedBytes(): ParameterDecorator {
  return RequestStream(new ReadUpload());
}
