import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from './access.js';
import { ProblemError } from './problem.js';

/** Whether this process can do its work: its database answers and stands at this release's schema. */
export abstract class Readiness {
  /** Null: ready; else what is missing, without secrets. */
  abstract missing(): Promise<string | null>;
}

@ApiTags('health')
@Requires('anyone')
@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process is up. */
  @Get('healthz')
  health(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  /** It can answer requests and do work. */
  @Get('readyz')
  async ready(): Promise<{ readonly status: 'ready' }> {
    const missing = await this.readiness.missing();
    if (missing !== null) throw new ProblemError('not-ready', missing);
    return { status: 'ready' };
  }
}
