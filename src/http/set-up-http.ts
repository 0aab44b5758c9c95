import { StandardSchemaValidationPipe, type Provider, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import { pathText } from '../config/problems.js';
import { AccessGuard } from './access.js';
import { ChecksController } from './checks.controller.js';
import { CommandsController } from './commands.controller.js';
import { describeApi } from './describe-api.js';
import { DomainsController } from './domains.controller.js';
import { EvidenceController } from './evidence.controller.js';
import { HealthController } from './health.controller.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { issueText } from './issue-text.js';
import { MailboxesController } from './mailboxes.controller.js';
import { ProblemError } from './problem.js';
import { ProblemFilter } from './problem.filter.js';
import { PlanController } from './plan.controller.js';
import { ProvidersController } from './providers.controller.js';
import { RecordController } from './record.controller.js';
import { ReportsController } from './reports.controller.js';
import { VersionEtagInterceptor } from './version-etag.interceptor.js';

type PathPart = PropertyKey | { readonly key: PropertyKey };

function fieldOf(path: readonly PathPart[] | undefined): string {
  return pathText((path ?? []).map((part) => (typeof part === 'object' ? part.key : part)));
}

const validation = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) => {
    const errors = issues
      .slice(0, 50)
      .map((issue) => ({ field: fieldOf(issue.path), message: issueText(issue) }));
    const detail = errors
      .map(({ field, message }) => (field === '' ? message : `${field}: ${message}`))
      .join('; ');
    return new ProblemError('invalid', detail.slice(0, 2000), { errors });
  },
});

export const HTTP_CONTROLLERS: readonly Type[] = [
  DomainsController,
  CommandsController,
  EvidenceController,
  ChecksController,
  RecordController,
  ReportsController,
  MailboxesController,
  PlanController,
  ProvidersController,
  HealthController,
];

/** Guard, checks, error answers: around every route. The tokens, workflows and ports come from the module. */
export const HTTP_PROVIDERS: readonly Provider[] = [
  { provide: APP_GUARD, useClass: AccessGuard },
  { provide: APP_PIPE, useValue: validation },
  { provide: APP_FILTER, useClass: ProblemFilter },
  { provide: APP_INTERCEPTOR, useClass: VersionEtagInterceptor },
  { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
];

function isApi(request: Request): boolean {
  return request.path.startsWith('/v1/') || request.path === '/healthz' || request.path === '/readyz';
}

function setHeaders(request: Request, response: Response, next: NextFunction): void {
  response.set({
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
  });
  if (isApi(request)) {
    response.set({ 'Cache-Control': 'no-store', 'Content-Security-Policy': "default-src 'none'" });
  }
  next();
}

/** Puts headers, the body parser and the API's description (`/docs`, `/docs-json`) on an app made without parsers. */
export function setUpHttp(app: NestExpressApplication): void {
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(setHeaders);
  // Every body is JSON but an upload, which its route reads itself after the token was checked, and the form of a page.
  app.useBodyParser('json', {
    limit: '256kb',
    type: (request) => !/^\/(?:v1\/reports|setup)(?:[/?]|$)/.test(request.url ?? ''),
  });
  SwaggerModule.setup('docs', app, () => describeApi(app));
}
