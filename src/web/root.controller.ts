import { Controller, Get, Redirect } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Requires } from '../http/access.js';

/** Who opens the service's address in a browser comes to the pages. */
@ApiExcludeController()
@Requires('anyone')
@Controller()
export class RootController {
  @Get()
  @Redirect('/setup', 302)
  toPages(): void {}
}
