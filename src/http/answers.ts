import { STATUS_CODES } from 'node:http';
import { HttpCode } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiBearerAuth, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { Requires } from './access.js';
import { problemHead, Problem, type ProblemKind } from './problem.js';

/** What a schema describes, as it is handed out: nobody changes it any more. */
export type Outgoing<T> = T extends readonly (infer Item)[]
  ? readonly Outgoing<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Outgoing<T[Key]> }
    : T;

interface Answered {
  readonly status?: 200 | 201 | 202 | 204;
  /** What else may come of it, besides what may come of any request. */
  readonly fails?: readonly ProblemKind[];
}

type OnMethod = (target: object, key: string | symbol, method: PropertyDescriptor) => void;

/** Describes a refusal with problem+json; several of one status are told together. */
export function Fails(kind: ProblemKind): OnMethod {
  const { status, title, type } = problemHead(kind);
  return ApiResponse({ status, description: `${title} (\`${type}\`)`, standardSchema: Problem });
}

/**
 * What a route is for and what it answers, for the API's description; sets the status, too, so that the two agree. Stands
 * above `Requires`, of which it tells. `answer` null: there is no body.
 */
export function Answers(summary: string, answer: z.ZodType | null, answered: Answered = {}): OnMethod {
  const { status = 200, fails = [] } = answered;
  const well = { status, description: STATUS_CODES[status] ?? '' };
  return (target, key, method) => {
    const role = new Reflector().get(Requires, method.value);
    if (role === undefined) throw new Error(`${String(key)}: Answers stands above Requires`);
    const isOpen = role === 'anyone';
    const decorators: readonly OnMethod[] = [
      HttpCode(status),
      ApiOperation({ summary, description: isOpen ? 'Needs no token.' : `Needs the role \`${role}\`.` }),
      ApiResponse(answer === null ? well : { ...well, standardSchema: answer }),
      ...(isOpen ? [] : [ApiBearerAuth(), Fails('unauthenticated'), Fails('forbidden')]),
      ...fails.map(Fails),
    ];
    for (const decorate of decorators) decorate(target, key, method);
  };
}
