import { timingSafeEqual } from 'node:crypto';
import { createParamDecorator, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { hashToken, ROLES, type AccessToken, type Role } from '../config/access-token.js';
import { ProblemError } from './problem.js';

/** The weakest role that may use a route; `anyone` needs no token. A route without it asks for `admin`. */
export const Requires = Reflector.createDecorator<Role | 'anyone'>();

/** The tokens of the settings. */
export class AccessTokens {
  constructor(private readonly tokens: readonly AccessToken[]) {}

  /** The entry that a token belongs to, or null. Takes as long for a wrong token as for a right one. */
  find(token: string): AccessToken | null {
    const given = Buffer.from(hashToken(token), 'hex');
    const matching = this.tokens.filter((entry) => timingSafeEqual(Buffer.from(entry.sha256, 'hex'), given));
    return matching[0] ?? null;
  }
}

const holders = new WeakMap<Request, AccessToken>();

/** The generated one stops counting with the first token that the settings name, which surprises whoever adds it. */
const UNKNOWN_TOKEN =
  'This token is not known here. Those that are: the tokens of the settings, and API_TOKEN of the service; where neither is set, the one in DATA_DIR/api-token.';

function bearerToken(request: Request): string {
  // RFC 6750 2.1; the scheme's case does not matter (RFC 9110 11.1)
  const token = /^bearer +([\w.~+/=-]{1,1000})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token !== undefined) return token;
  throw new ProblemError('unauthenticated', 'Send the header Authorization: Bearer <token>.', {
    headers: { 'WWW-Authenticate': 'Bearer realm="dmarc-ratchet"' },
  });
}

/** Lets a request pass when its bearer token has the role that the route requires. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const needed =
      this.reflector.getAllAndOverride(Requires, [context.getHandler(), context.getClass()]) ?? 'admin';
    if (needed === 'anyone') return true;
    const request = context.switchToHttp().getRequest<Request>();
    const holder = this.tokens.find(bearerToken(request));
    if (holder === null) {
      throw new ProblemError('unauthenticated', UNKNOWN_TOKEN, {
        headers: { 'WWW-Authenticate': 'Bearer realm="dmarc-ratchet", error="invalid_token"' },
      });
    }
    if (ROLES.indexOf(holder.role) < ROLES.indexOf(needed)) {
      throw new ProblemError(
        'forbidden',
        `This needs the role ${needed}; the token ${holder.name} has the role ${holder.role}.`,
      );
    }
    holders.set(request, holder);
    return true;
  }
}

/** The name of the token that a guarded request came with. */
export function actorOf(request: Request): string {
  const holder = holders.get(request);
  if (holder === undefined) throw new Error('no token was checked for this request');
  return holder.name;
}

/** Parameter: who asks. */
export const Actor = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  actorOf(context.switchToHttp().getRequest<Request>()),
);
