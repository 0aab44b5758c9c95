import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Requires } from './access.js';
import { Answers } from './answers.js';
import { ProblemError } from './problem.js';

/** Whether this process can do its work: its database answers and stands at this release's schema. */
export abstract class Readiness {
  /** Null: ready; else what is missing, without secrets. */
  abstract missing(): Promise<string | null>;
}

const Up = z.object({ status: z.literal('ok') });
const Ready = z.object({ status: z.literal('ready') });

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('healthz')
  @Answers('The process is up', Up)
  @Requires('anyone')
  health(): z.infer<typeof Up> {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Answers('It can answer requests and do work', Ready, { fails: ['not-ready'] })
  @Requires('anyone')
  async ready(): Promise<z.infer<typeof Ready>> {
    const missing = await this.readiness.missing();
    if (missing !== null) throw new ProblemError('not-ready', missing);
    return { status: 'ready' };
  }
}
