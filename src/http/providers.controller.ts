import { Controller, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DnsProviders, type ProviderCheck } from '../ports/dns-provider.js';
import { ProviderCatalogue } from '../ports/provider-catalogue.js';
import { Requires } from './access.js';
import { Answers } from './answers.js';
import { ProblemError } from './problem.js';

const ProviderType = z
  .object({
    id: z.string().meta({ description: 'The `type` in the settings' }),
    title: z.string(),
    docs: z.string(),
    credentials: z.string().nullable().meta({ description: 'Where a credential is made' }),
    leastPrivilege: z.string(),
    tested: z.enum(['real-server', 'emulator', 'no-api']),
    options: z.array(
      z.object({
        name: z.string(),
        kind: z
          .enum(['text', 'number', 'yes-no', 'address'])
          .meta({ description: 'What its value is; `address`: a text that says where requests go' }),
        required: z.boolean(),
        secret: z.boolean(),
        help: z.string(),
        env: z
          .array(z.string())
          .meta({ description: 'Variables that are read when the settings don’t give it' }),
      }),
    ),
    capabilities: z.object({
      unit: z.enum(['rrset', 'record']),
      compare: z.enum(['server', 'client']),
      replace: z.enum(['atomic', 'steps']),
      ttl: z.object({ least: z.int(), most: z.int(), only: z.array(z.int()).nullable() }),
      txt: z.object({
        form: z.enum(['raw', 'quoted', 'strings']),
        longest: z.int(),
        refuses: z.array(z.string()),
      }),
      scope: z.enum(['record', 'zone', 'account']),
      completion: z.enum(['at-once', 'polled']),
      rateLimit: z.string().nullable(),
    }),
    notes: z.array(z.string()),
  })
  .meta({ id: 'ProviderType' });

const Providers = z.object({
  configured: z.array(z.object({ name: z.string(), type: z.string() })),
  types: z.array(ProviderType),
});

const Check = z.object({ ok: z.boolean(), message: z.string() });

/** A provider has this long to answer a check. */
const CHECK_MS = 20_000;

@ApiTags('providers')
@Controller('v1/providers')
export class ProvidersController {
  constructor(
    private readonly catalogue: ProviderCatalogue,
    private readonly providers: DnsProviders,
  ) {}

  @Get()
  @Answers(
    'The providers of the settings, and every type with its options; no credential is shown',
    Providers,
  )
  @Requires('viewer')
  list() {
    return { configured: this.catalogue.configured(), types: this.catalogue.types() };
  }

  @Post(':name/check')
  @Answers('Asks a provider whether it takes its credential; writes nothing', Check, { fails: ['not-found'] })
  @Requires('operator')
  async check(@Param('name') name: string): Promise<ProviderCheck> {
    const names = this.providers.names();
    if (!names.includes(name)) {
      throw new ProblemError('not-found', `No provider is named ${name}.`, {
        errors: [{ field: 'name', message: `there are: ${names.join(', ') || 'none'}` }],
      });
    }
    const signal = AbortSignal.timeout(CHECK_MS);
    try {
      return await this.providers.get(name).check(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      return { ok: false, message: `It did not answer within ${CHECK_MS / 1000} seconds.` };
    }
  }
}
