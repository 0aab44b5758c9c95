/** One field of a request that is wrong. */
export interface FieldError {
  /** `windows[0].toHour`; empty: the body as a whole. */
  readonly field: string;
  readonly message: string;
}

/** RFC 9457 problem details, sent as `application/problem+json`. */
export interface Problem {
  /** `about:blank` when the status says it all (RFC 9457 4.2.1), else a URN of ours. */
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
    const [status, title] = TITLES[kind];
    const errors = more.errors === undefined ? {} : { errors: more.errors };
    this.problem = { type: `urn:dmarc-ratchet:${kind}`, title, status, detail, ...errors };
    this.headers = more.headers ?? {};
  }
}
