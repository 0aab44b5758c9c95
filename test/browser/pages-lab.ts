import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { hashToken, type Role } from '../../src/config/access-token.js';
import { AccessTokens } from '../../src/http/access.js';
import { ProvidersController } from '../../src/http/providers.controller.js';
import { HTTP_PROVIDERS, setUpHttp } from '../../src/http/set-up-http.js';
import { Clock } from '../../src/ports/clock.js';
import { DnsProviders } from '../../src/ports/dns-provider.js';
import { IdempotencyStore } from '../../src/ports/idempotency-store.js';
import { ProviderCatalogue } from '../../src/ports/provider-catalogue.js';
import { RecordObserver, type ObservedEverywhere } from '../../src/ports/record-observer.js';
import { ConfiguredProviders, SettingsCatalogue } from '../../src/providers/registry.js';
import { setUpWeb, WEB_CONTROLLERS } from '../../src/web/set-up-web.js';

class SeesNothing extends RecordObserver {
  async observe(): Promise<ObservedEverywhere> {
    return { observation: { kind: 'absent' }, servers: [] };
  }
}

/** The token of a role in the lab. */
export function tokenOf(role: Role): string {
  return `${role}-test-token`;
}

const ROLES_THERE: readonly Role[] = ['viewer', 'operator'];

export const observer = new SeesNothing();

/** The pages and the API's providers, with two sets in the settings: one that works, and one at a port where nobody listens. */
export async function startPages(
  closedPort: number,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const settings = [
    { name: 'by-hand', type: 'manual', options: {} },
    {
      name: 'office-servers',
      type: 'powerdns',
      options: { url: `http://127.0.0.1:${closedPort}`, apiKey: 'hunter2' },
    },
  ];
  const tokens = ROLES_THERE.map((role) => ({ name: `the ${role}`, role, sha256: hashToken(tokenOf(role)) }));
  class PagesModule {}
  Module({
    controllers: [ProvidersController, ...WEB_CONTROLLERS],
    providers: [
      ...HTTP_PROVIDERS,
      { provide: AccessTokens, useValue: new AccessTokens(tokens) },
      { provide: ProviderCatalogue, useValue: new SettingsCatalogue(settings) },
      { provide: DnsProviders, useValue: new ConfiguredProviders(settings, { observer }) },
      { provide: Clock, useValue: { now: () => 0 } },
      { provide: IdempotencyStore, useValue: { find: async () => null, remember: async () => {} } },
    ],
  })(PagesModule);
  const app = await NestFactory.create<NestExpressApplication>(PagesModule, {
    logger: false,
    bodyParser: false,
    forceCloseConnections: true,
  });
  setUpHttp(app);
  setUpWeb(app);
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), stop: () => app.close() };
}
