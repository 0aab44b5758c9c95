import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Request } from 'express';
import { Fails } from './answers.js';
import { ProblemError } from './problem.js';

/** The version that an `If-Match` header asks for; null: none is asked for (absent or `*`, RFC 9110 13.1.1). */
export function parseIfMatch(header: string | undefined): number | null {
  const text = header?.trim() ?? '*';
  if (text === '*') return null;
  const version = /^"(\d{1,15})"$/.exec(text)?.[1];
  if (version !== undefined) return Number(version);
  throw new ProblemError('invalid', 'If-Match takes one ETag as the domain was answered with, such as "7".');
}

const Version = createParamDecorator((_: unknown, context: ExecutionContext): number | null =>
  parseIfMatch(context.switchToHttp().getRequest<Request>().headers['if-match']),
);

const IF_MATCH = {
  name: 'If-Match',
  required: false,
  description: 'The ETag that the domain was last read with: the change is made only if it still has it',
  example: '"7"',
};

/** Parameter: the version that the request is about, or null. The API's description tells of the header. */
export function ExpectedVersion(): ParameterDecorator {
  return (target, key, index) => {
    Version()(target, key, index);
    const method = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key === undefined || method === undefined) return;
    ApiHeader(IF_MATCH)(target, key, method);
    Fails('stale')(target, key, method);
  };
}
