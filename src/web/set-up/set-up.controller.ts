import { Body, Controller, Get, Header, Param, Post, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { Requires } from '../../http/access.js';
import { ProviderCatalogue } from '../../ports/provider-catalogue.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { answerForm } from './answer-form.js';
import { typePage } from './type-page.js';
import { noSuchTypePage, typesPage } from './types-page.js';

const Form = z.record(z.string(), z.string()).default({});
type Form = z.infer<typeof Form>;

/**
 * Helps to write the settings of a DNS provider. Open to anyone, since it shows what the documentation shows and keeps
 * nothing: no name out of the settings, no secret in any direction.
 */
@ApiExcludeController()
@Requires('anyone')
@Controller('setup')
export class SetUpController {
  constructor(private readonly catalogue: ProviderCatalogue) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  list(): string {
    return typesPage(this.catalogue.types());
  }

  @Get(':type')
  @Header('Content-Type', 'text/html; charset=utf-8')
  show(@Param('type') type: string, @Res({ passthrough: true }) response: Response): string {
    const descriptor = this.find(type);
    if (descriptor !== null) return typePage(descriptor, { answers: new Map(), mistakes: [] });
    response.status(404);
    return noSuchTypePage();
  }

  @Post(':type')
  @Header('Content-Type', 'text/html; charset=utf-8')
  answer(
    @Param('type') type: string,
    @Body({ schema: Form }) form: Form,
    @Res({ passthrough: true }) response: Response,
  ): string {
    const descriptor = this.find(type);
    if (descriptor === null) {
      response.status(404);
      return noSuchTypePage();
    }
    const { status, page } = answerForm(descriptor, new Map(Object.entries(form)), this.catalogue);
    response.status(status);
    return page;
  }

  private find(type: string): ProviderDescriptor | null {
    return this.catalogue.types().find(({ id }) => id === type) ?? null;
  }
}
