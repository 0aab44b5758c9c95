import { z } from 'zod';

interface Described {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly required: boolean };
  readonly responses: Readonly<Record<string, Described>>;
  readonly security?: readonly object[];
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly json: unknown;
}

/** The OpenAPI document of a running service, and whether what it answers is as the document says. */
export class ApiDescription {
  private readonly schemas = new Map<string, z.ZodType>();

  private constructor(
    private readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>,
    readonly components: {
      readonly schemas: Readonly<Record<string, object>>;
      readonly securitySchemes: unknown;
    },
  ) {}

  static async of(url: string): Promise<ApiDescription> {
    const document = (await (await fetch(`${url}/docs-json`)).json()) as ApiDescription;
    return new ApiDescription(document.paths, document.components);
  }

  /** `GET /v1/domains` and what is said of it, for every route. */
  operations(): readonly (readonly [string, Operation])[] {
    return Object.entries(this.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
      ),
    );
  }

  /** The route that a request goes to, by its pattern; undefined: none. One without a parameter comes first. */
  routeOf(method: string, pathAndQuery: string): string | undefined {
    const asked = `${method} ${pathAndQuery.split('?')[0]}`;
    const fits = this.operations()
      .map(([route]) => route)
      .filter((route) => new RegExp(`^${route.replace(/\{\w+\}/g, '[^/]+')}$`).test(asked));
    return fits.sort((one, other) => one.split('{').length - other.split('{').length)[0];
  }

  /** Throws when an answer is not as described; where there is no such route nothing is. */
  mustDescribe(method: string, pathAndQuery: string, answer: Answer): void {
    const route = this.routeOf(method, pathAndQuery);
    const operation = this.operations().find(([name]) => name === route)?.[1];
    if (route === undefined || operation === undefined) return;
    const status = String(answer.status) in operation.responses ? String(answer.status) : 'default';
    const name = `${status} of ${route}`;
    const [type, media] = Object.entries(operation.responses[status]?.content ?? {})[0] ?? [];
    const got = answer.type.split(';')[0];
    if (got !== (type ?? '')) throw new Error(`${name} is ${got}, not ${type}`);
    if (media === undefined) return;
    const result = this.schemaOf(name, media.schema).safeParse(answer.json);
    if (!result.success) throw new Error(`${name}: ${z.prettifyError(result.error)}`);
  }

  private schemaOf(name: string, schema: object): z.ZodType {
    const known = this.schemas.get(name);
    if (known !== undefined) return known;
    const whole = JSON.stringify({ ...schema, definitions: this.components.schemas });
    const local = whole.replaceAll('#/components/schemas/', '#/definitions/');
    const parsed = z.fromJSONSchema(JSON.parse(local), { defaultTarget: 'openapi-3.0' });
    this.schemas.set(name, parsed);
    return parsed;
  }
}
