import { STATUS_CODES } from 'node:http';
import {
  BadRequestException,
  Catch,
  HttpException,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { Response } from 'express';
import { ProblemError, type Problem } from './problem.js';

function plainProblem(status: number, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail };
}

function notJson(why: string): Problem {
  return new ProblemError('invalid', `The body is not JSON: ${why}. An object such as {"note": "why"} is.`)
    .problem;
}

/** What the framework and its body parsers throw: an error with an HTTP status of 4xx and a message meant to be shown. */
function clientFault(error: unknown): Problem | null {
  // The framework makes this out of what its parser of bodies throws.
  if (error instanceof BadRequestException && /\bJSON\b/.test(error.message)) return notJson(error.message);
  if (error instanceof HttpException) return plainProblem(error.getStatus(), error.message);
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return null;
  if (error.status < 400 || error.status > 499) return null;
  return plainProblem(error.status, error.message);
}

/** Maps every error to problem+json (RFC 9457). What nobody foresaw is logged and answered without its words. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const problem = this.problemOf(error);
    if (error instanceof ProblemError) response.set(error.headers);
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }

  private problemOf(error: unknown): Problem {
    if (error instanceof ProblemError) return error.problem;
    const foreseen = clientFault(error);
    if (foreseen !== null && foreseen.status < 500) return foreseen;
    this.log.error('request failed', error instanceof Error ? error.stack : String(error));
    return plainProblem(500, 'Something went wrong here; the log says what.');
  }
}
