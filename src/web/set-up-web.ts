import type { Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { AssetsController } from './assets.controller.js';
import { RootController } from './root.controller.js';
import { SetUpController } from './set-up/set-up.controller.js';

export const WEB_CONTROLLERS: readonly Type[] = [RootController, SetUpController, AssetsController];

/**
 * Nothing runs or loads but our own files, no page is framed, and no script can turn text into markup. Nothing inline:
 * what slips into a page stays text.
 */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

function setPageHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set({
    'Content-Security-Policy': POLICY,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    // What somebody typed comes back in the answer.
    'Cache-Control': 'no-store',
  });
  next();
}

/** Keys of idempotency belong to the holder of a token; forms change nothing and know no holder. */
function dropIdempotencyKey(request: Request, _response: Response, next: NextFunction): void {
  delete request.headers['idempotency-key'];
  next();
}

/** Puts the headers of pages and the parser of forms on an app, before its routes. */
export function setUpWeb(app: NestExpressApplication): void {
  app.use(['/setup', '/assets'], setPageHeaders, dropIdempotencyKey);
  app.useBodyParser('urlencoded', {
    extended: false,
    limit: '32kb',
    parameterLimit: 200,
    type: (request) =>
      (request.url ?? '').startsWith('/setup/') &&
      /^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? ''),
  });
}
