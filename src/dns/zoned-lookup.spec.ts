import { afterEach, expect, it } from 'vitest';
import { startScriptedDns, type ScriptedDns } from '../../test/lab/dns-server.js';
import { ZonedLookup } from './zoned-lookup.js';

const servers: ScriptedDns[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

/** A server that says who it is, whatever it is asked. */
async function serverNamed(text: string): Promise<string> {
  const server = await startScriptedDns((query) => ({
    answers: [{ type: 'TXT', name: query.questions![0]!.name, ttl: 60, data: [text] }],
  }));
  servers.push(server);
  return `127.0.0.1:${server.port}`;
}

it.each([
  ['shop.example', 'outer'],
  ['_dmarc.SHOP.example', 'outer'],
  ['mail.inner.shop.example', 'inner'],
  ['workshop.example', 'resolver'],
  ['example', 'resolver'],
])('about %s the %s server is asked', async (name, expected) => {
  const [resolver, outer, inner] = await Promise.all(['resolver', 'outer', 'inner'].map(serverNamed));
  const lookup = new ZonedLookup({
    resolvers: [resolver!],
    timeoutMs: 500,
    tries: 1,
    authorities: [
      { zone: 'shop.example', servers: [outer!] },
      { zone: 'inner.shop.example', servers: [inner!] },
    ],
  });
  const { answers } = await lookup.ask({ name, type: 'TXT' });
  expect(answers).toMatchObject([{ text: expected }]);
});
