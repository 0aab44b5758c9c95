import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aChange, aHold, aRollout } from '../builders/rollout.js';
import { ApiDescription } from './api-description.js';
import { apiCaller } from './call-api.js';
import { startApi, World } from './fake-world.js';

let world = new World();
let api: Awaited<ReturnType<typeof startApi>>;
let description: ApiDescription;

beforeAll(async () => {
  api = await startApi(world);
  description = await ApiDescription.of(api.url);
});
afterAll(() => api.stop());

/** Routes that lack something, so that the test names them. */
function lacking(isComplete: (operation: Operation, route: string) => boolean): string[] {
  return description
    .operations()
    .filter(([route, operation]) => !isComplete(operation, route))
    .map(([route]) => route);
}

type Operation = ReturnType<ApiDescription['operations']>[number][1];

function isOpen(route: string): boolean {
  return ['GET /healthz', 'GET /readyz'].includes(route);
}

/** An upload is told again by what is in it, not by a key. */
function isKeyed(route: string): boolean {
  return !route.startsWith('GET ') && route !== 'POST /v1/reports';
}

describe('what the service says of its API', () => {
  it('has a summary for every route, and the role that it needs', () => {
    expect(description.operations()).toHaveLength(34);
    const isTold = ({ summary = '', description: text = '' }: Operation) =>
      summary.length > 10 && /^Needs (?:no token|the role `\w+`)\.$/.test(text);
    expect(lacking(isTold)).toEqual([]);
  });

  it('has the form of every answer that has a body', () => {
    const hasForm = ({ responses }: Operation, route: string) => {
      const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
      const schema = good[0]?.[1].content?.['application/json']?.schema;
      return good.length === 1 && (schema !== undefined || route === 'DELETE /v1/domains/{domain}');
    };
    expect(lacking(hasForm)).toEqual([]);
  });

  it('has what may go wrong, as problem+json', () => {
    const problem = { schema: { $ref: '#/components/schemas/Problem' } };
    const hasFailures = ({ responses, parameters, requestBody }: Operation, route: string) => {
      const takes = parameters.length > 0 || requestBody !== undefined;
      const wanted = [
        'default',
        ...(isOpen(route) ? [] : ['401', '403']),
        ...(takes ? ['400'] : []),
        ...(isKeyed(route) ? ['422'] : []),
      ];
      const told = Object.entries(responses).filter(([status]) => !status.startsWith('2'));
      for (const [, { content }] of told) expect(content).toEqual({ 'application/problem+json': problem });
      return wanted.every((status) => status in responses);
    };
    expect(lacking(hasFailures)).toEqual([]);
  });

  it('has the headers that make changes safe, and a token that is no JWT', () => {
    const names = ({ parameters }: Operation) =>
      parameters.filter((it) => it.in === 'header').map(({ name }) => name);
    expect(lacking((it, route) => names(it).includes('Idempotency-Key') === isKeyed(route))).toEqual([]);
    const versioned = description.operations().filter(([, it]) => names(it).includes('If-Match'));
    expect(versioned.map(([route]) => route.split('/').at(-1))).toEqual(
      '{domain} {domain} pause resume approve reject promote abort retry adopt restore'.split(' '),
    );
    expect(lacking((it) => !names(it).includes('If-Match') || '412' in it.responses)).toEqual([]);
    expect(lacking((it, route) => isOpen(route) === (it.security === undefined))).toEqual([]);
    expect(JSON.stringify(description.components.securitySchemes)).not.toContain('JWT');
  });

  it('asks for no more than the service does', async () => {
    const call = await apiCaller(api.url);
    const optional = description
      .operations()
      .flatMap(([, { parameters }]) => parameters.filter((it) => it.in === 'query' && it.required));
    expect(optional).toEqual([]);
    expect((await call('POST', '/v1/domains/shop.example/pause')).status).toBe(404);
    const pause = description.operations().find(([route]) => route.endsWith('/pause'))?.[1];
    expect(pause?.requestBody?.required).toBe(false);
  });
});

describe('answers are as described', () => {
  it('of a domain with a change, holds of every kind and settings of its own', async () => {
    const holds = [
      aHold('provider-error', { until: 5, failures: 3 }),
      aHold('aborted', { toRung: 0, clearsItself: false }),
      aHold('paused', { toRung: undefined }),
    ];
    const windows = [{ timeZone: 'UTC', days: [1], fromHour: 5, toHour: 6 }];
    const rollout = aRollout({ change: aChange({ writtenAt: 7 }), holds, settings: { windows } });
    world.rollouts.set('shop.example', rollout);
    const call = await apiCaller(api.url);
    for (const path of ['/v1/domains', '/v1/domains/shop.example', '/v1/mailboxes'])
      expect((await call('GET', path, { as: 'viewer' })).status).toBe(200);
  });

  it('and one that is not would be found', () => {
    const answer = { status: 200, type: 'application/json', json: { status: 'ok', more: 1 } };
    expect(() => description.mustDescribe('GET', '/healthz', answer)).toThrow(/200 of GET \/healthz/);
  });
});
