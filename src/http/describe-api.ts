import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { INestApplication } from '@nestjs/common';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Parameter = NonNullable<Operation['parameters']>[number];
type Response = NonNullable<Operation['responses'][string]>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const PROBLEM = { schema: { $ref: '#/components/schemas/Problem' } };

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Of your own making, 1 to 255 visible ASCII characters: a request that is repeated with it is answered again, not done again',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

const ETAG = { description: 'The `version`, for `If-Match`', schema: { type: 'string' } };

function problem(description: string): Exclude<Response, { readonly $ref: string }> {
  return { description, content: { 'application/problem+json': PROBLEM } };
}

function takesJson({ requestBody }: Operation): boolean {
  return requestBody !== undefined && 'content' in requestBody && 'application/json' in requestBody.content;
}

/** What may come of a request by its form, whatever its route does. */
function failuresOf(operation: Operation, isKeyed: boolean): Operation['responses'] {
  const takes = (operation.parameters ?? []).length > 0 || operation.requestBody !== undefined;
  return {
    ...(takes ? { 400: problem('The request is not valid (`urn:dmarc-ratchet:invalid`)') } : {}),
    ...(takesJson(operation) ? { 413: problem('The body is too large') } : {}),
    ...(isKeyed
      ? { 422: problem('The idempotency key was used for another request (`urn:dmarc-ratchet:key-reused`)') }
      : {}),
    default: problem('Anything else that goes wrong: `about:blank`, with the status that says what'),
  };
}

function both(one: Response | undefined, other: Response | undefined): Response | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if ('$ref' in one || '$ref' in other || one.description === other.description) return other;
  return { ...other, description: `${one.description}\n\n${other.description}` };
}

/** Refusals are problem+json; what has a `version` has it as its ETag, too. */
function completed(status: string, response: Response, document: OpenAPIObject): Response {
  if ('$ref' in response || response.content === undefined) return response;
  if (Number(status) >= 400) {
    const refusal = problem(response.description);
    return status === '412' ? { ...refusal, headers: { ETag: ETAG } } : refusal;
  }
  const versioned = Object.entries(document.components?.schemas ?? {})
    .filter(([, schema]) => 'properties' in schema && schema.properties?.['version'] !== undefined)
    .map(([name]) => `#/components/schemas/${name}`);
  const schema = response.content['application/json']?.schema;
  const isVersioned = schema !== undefined && '$ref' in schema && versioned.includes(schema.$ref);
  return isVersioned ? { ...response, headers: { ETag: ETAG } } : response;
}

/** What has a default may be left out; the framework says so of none. */
function optionalByDefault(parameter: Parameter): Parameter {
  if ('$ref' in parameter || parameter.schema === undefined || '$ref' in parameter.schema) return parameter;
  return parameter.schema.default === undefined ? parameter : { ...parameter, required: false };
}

function bodyOf({ requestBody }: Operation): Pick<Operation, 'requestBody'> {
  if (requestBody === undefined || '$ref' in requestBody) return {};
  const schema = requestBody.content['application/json']?.schema;
  const hasDefault = schema !== undefined && !('$ref' in schema) && schema.default !== undefined;
  return { requestBody: { ...requestBody, required: !hasDefault } };
}

function complete(operation: Operation, isChange: boolean, document: OpenAPIObject): Operation {
  const given = (operation.parameters ?? []).map(optionalByDefault);
  // An upload is told again by what is in it.
  const isKeyed = isChange && (operation.requestBody === undefined || takesJson(operation));
  const parameters = isKeyed ? [...given, IDEMPOTENCY_KEY] : given;
  const responses: Operation['responses'] = failuresOf({ ...operation, parameters }, isKeyed);
  for (const [status, response] of Object.entries(operation.responses)) {
    const answer = response === undefined ? undefined : completed(status, response, document);
    responses[status] = both(responses[status], answer);
  }
  return { ...operation, parameters, ...bodyOf(operation), responses };
}

/**
 * The OpenAPI document of the service. Each route describes what is its own (`Answers`); what holds for every route is
 * added here, once.
 */
export function describeApi(app: INestApplication): OpenAPIObject {
  const about = new DocumentBuilder()
    .setTitle('dmarc-ratchet')
    .setDescription('Moves domains from p=none to p=reject without losing legitimate mail.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'opaque', description: 'As in `tokens`' })
    .build();
  const document = SwaggerModule.createDocument(app, about);
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (operation !== undefined) path[method] = complete(operation, method !== 'get', document);
    }
  }
  return document;
}
