import { createHash } from 'node:crypto';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { from, mergeMap, of, type Observable } from 'rxjs';
import { Clock } from '../ports/clock.js';
import { IdempotencyStore } from '../ports/idempotency-store.js';
import { actorOf } from './access.js';
import { ProblemError } from './problem.js';

/** A body that no parser took: an upload, which its route reads itself. By a key it could not be told from another one. */
function isUpload({ body, headers }: Request): boolean {
  return body === undefined && ((headers['content-length'] ?? '0') !== '0' || 'transfer-encoding' in headers);
}

function keyOf(request: Request): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined || request.method === 'GET' || request.method === 'HEAD') return null;
  if (isUpload(request)) return null;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new ProblemError('invalid', 'Idempotency-Key takes 1 to 255 visible ASCII characters.');
}

function hashOf(request: Request): string {
  const body: unknown = request.body;
  return createHash('sha256')
    .update(JSON.stringify([request.method, request.path, body ?? null]))
    .digest('hex');
}

/**
 * A change that carries an `Idempotency-Key` is done once: repeated by the same token, it is answered with the first
 * answer. Only what succeeded is remembered; what was refused may be tried again under the same key. Uploads are told apart
 * by what is in them, with or without a key.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly store: IdempotencyStore,
    private readonly clock: Clock,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    const key = keyOf(request);
    if (key === null) return next.handle();
    const actor = actorOf(request);
    const requestHash = hashOf(request);
    const remembered = await this.store.find(actor, key);
    if (remembered === null) {
      const { statusCode } = context.switchToHttp().getResponse<Response>();
      const remember = async (body: unknown): Promise<unknown> => {
        const answer = { requestHash, status: statusCode, body: body ?? null };
        await this.store.remember(actor, key, answer, this.clock.now());
        return body;
      };
      return next.handle().pipe(mergeMap((body: unknown) => from(remember(body))));
    }
    if (remembered.requestHash === requestHash) return of(remembered.body);
    throw new ProblemError('key-reused', 'Take a new Idempotency-Key for each new request.');
  }
}
