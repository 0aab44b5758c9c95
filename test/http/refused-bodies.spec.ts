import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, World } from './fake-world.js';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi(new World());
});
afterAll(() => api.stop());

async function enrol(body: string): Promise<Record<string, unknown>> {
  const headers = { authorization: 'Bearer admin-test-token', 'content-type': 'application/json' };
  const response = await fetch(`${api.url}/v1/domains`, { method: 'POST', headers, body });
  expect(response.status).toBe(400);
  return (await response.json()) as Record<string, unknown>;
}

describe('a body that is refused', () => {
  it.each([
    ['{}', 'name: it is missing; a text is expected'],
    ['{"name":"a.example","harmCap":"many"}', 'harmCap: a number is expected'],
    ['{"name":"a.example","provider":""}', 'The provider must be named; there are: zone.'],
    ['{"name":"a.example","provider":"acme"}', 'No provider is named acme; there are: zone.'],
    ['{"name":"a.example",', /^The body is not JSON: .*\. An object such as \{"note": "why"\} is\.$/],
  ])('%s: in words', async (body, detail) => {
    const problem = await enrol(body);
    expect(problem).toMatchObject({ type: 'urn:dmarc-ratchet:invalid' });
    expect(problem['detail']).toMatch(detail);
  });
});
