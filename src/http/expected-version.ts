import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { ProblemError } from './problem.js';

/** The version that an `If-Match` header asks for; null: none is asked for (absent or `*`, RFC 9110 13.1.1). */
export function parseIfMatch(header: string | undefined): number | null {
  const text = header?.trim() ?? '*';
  if (text === '*') return null;
  const version = /^"(\d{1,15})"$/.exec(text)?.[1];
  if (version !== undefined) return Number(version);
  throw new ProblemError('invalid', 'If-Match takes one ETag as the domain was answered with, such as "7".');
}

/** Parameter: the version that the request is about, or null. */
export const ExpectedVersion = createParamDecorator((_: unknown, context: ExecutionContext): number | null =>
  parseIfMatch(context.switchToHttp().getRequest<Request>().headers['if-match']),
);
