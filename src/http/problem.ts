import { z } from 'zod';

const FieldError = z.object({
  field: z.string().meta({ description: '`windows[0].toHour`; empty: the body as a whole' }),
  message: z.string(),
});
/** One field of a request that is wrong. */
export type FieldError = Readonly<z.infer<typeof FieldError>>;

/** RFC 9457 problem details, sent as `application/problem+json`. */
export const Problem = z
  .object({
    type: z.string().meta({
      // RFC 9457 4.2.1
      description: 'A URN of ours, or `about:blank` where the status says it all',
    }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong this time, and what to do' }),
    errors: z.array(FieldError).optional().meta({ description: 'Of a request that is not valid' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
}

const TITLES = {
  invalid: [400, 'The request is not valid'],
  unauthenticated: [401, 'A bearer token is needed'],
  forbidden: [403, 'The token may not do that'],
  'not-enrolled': [404, 'The domain is not enrolled'],
  'not-found': [404, 'There is no such thing'],
  'already-enrolled': [409, 'The domain is enrolled already'],
  refused: [409, 'The rollout does not allow that now'],
  stale: [412, 'The domain has moved on'],
  'too-large': [413, 'The upload is too large'],
  'key-reused': [422, 'The idempotency key was used for another request'],
  'not-a-report': [422, 'No report was found in the upload'],
  'not-ready': [503, 'The service is not ready'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemKind = keyof typeof TITLES;

/** What every problem of a kind has in common. */
export function problemHead(kind: ProblemKind): Pick<Problem, 'type' | 'title' | 'status'> {
  const [status, title] = TITLES[kind];
  return { type: `urn:dmarc-ratchet:${kind}`, title, status };
}

/** Stops a request; the filter answers with the problem. Headers go out with it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: ProblemKind,
    detail: string,
    more: {
      readonly errors?: readonly FieldError[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    const errors = more.errors === undefined ? {} : { errors: more.errors };
    this.problem = { ...problemHead(kind), detail, ...errors };
    this.headers = more.headers ?? {};
  }
}
