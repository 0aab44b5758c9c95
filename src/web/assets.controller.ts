import { readFileSync } from 'node:fs';
import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { Requires } from '../http/access.js';
import { ProblemError } from '../http/problem.js';

const TYPES = {
  'style.css': 'text/css',
  'set-up.css': 'text/css',
  'set-up.js': 'text/javascript',
  'icon.svg': 'image/svg+xml',
} as const;

/** Read once: only what is listed here is ever served. */
const ASSETS = new Map(
  Object.entries(TYPES).map(([file, type]) => [
    file,
    { type, text: readFileSync(new URL(`assets/${file}`, import.meta.url), 'utf8') },
  ]),
);

/** Style sheets, scripts and icon of the pages. */
@ApiExcludeController()
@Requires('anyone')
@Controller('assets')
export class AssetsController {
  @Get(':file')
  // Asked for again after an upgrade; they are small.
  @Header('Cache-Control', 'no-cache')
  file(@Param('file') file: string, @Res({ passthrough: true }) response: Response): string {
    const asset = ASSETS.get(file);
    if (asset === undefined) throw new ProblemError('not-found', 'There is no such file.');
    response.type(asset.type);
    return asset.text;
  }
}
