import { z } from 'zod';
import { closestWord } from './closest-word.js';

/** One thing that is wrong with the settings, where it stands. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export type SchemaNode = z.core.JSONSchema.BaseSchema;

/** All that is wrong, in one error: the start stops with it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    const count = problems.length === 1 ? 'one setting is wrong' : `${problems.length} settings are wrong`;
    super(`${count}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** `domains[0].harmCap`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

function childNode(node: SchemaNode, part: PropertyKey): SchemaNode | null {
  const child = typeof part === 'number' ? node.items : node.properties?.[String(part)];
  return typeof child === 'object' && !Array.isArray(child) ? child : null;
}

/** The schemas passed on the way to a place; shorter than the path when the place is unknown. */
function nodesAlong(root: SchemaNode, path: readonly PropertyKey[]): SchemaNode[] {
  const nodes = [root];
  for (const part of path) {
    const child = childNode(nodes.at(-1) ?? root, part);
    if (child === null) return nodes;
    nodes.push(child);
  }
  return nodes;
}

function numberText(node: SchemaNode): string {
  const kind = node.type === 'integer' ? 'a whole number' : 'a number';
  const { minimum, maximum } = node;
  if (minimum !== undefined && maximum !== undefined) return `${kind} from ${minimum} to ${maximum}`;
  return minimum === undefined ? kind : `${kind} of at least ${minimum}`;
}

/** What a place takes, in words. */
export function allowedText(node: SchemaNode): string {
  if (typeof node['x-allowed'] === 'string') return node['x-allowed'];
  if (node.enum !== undefined) return node.enum.map(String).join(', ');
  if (node.type === 'integer' || node.type === 'number') return numberText(node);
  if (node.type === 'boolean') return 'true or false';
  if (node.type === 'array') return 'a list';
  if (node.type === 'object') return 'keys and values';
  return 'a text';
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.getOwnPropertyDescriptor(value, part)?.value;
  }, root);
}

function givenText(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? typeof value;
  return `${text.length > 80 ? `${text.slice(0, 79)}…` : text} given`;
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, root: SchemaNode): Problem[] {
  const known = Object.keys(nodesAlong(root, issue.path).at(-1)?.properties ?? {});
  return issue.keys.map((key) => {
    const near = closestWord(key, known);
    const advice = near === null ? `allowed here: ${known.join(', ')}` : `did you mean ${near}?`;
    return { path: [...issue.path, key], message: `unknown key; ${advice}` };
  });
}

/**
 * What Zod found, said for people: what was given (as it was written, secrets masked) and what is allowed.
 * `written`: the document before `${NAME}` was replaced, so that no value of the environment is shown.
 */
export function problemsOf(error: z.ZodError, root: SchemaNode, written: unknown): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue, root);
    const nodes = nodesAlong(root, issue.path);
    const value = valueAt(written, issue.path);
    const hidden = value !== undefined && nodes.some((node) => node['x-secret'] === true);
    const given = hidden ? 'a hidden value given' : givenText(value);
    const node = nodes.length > issue.path.length ? nodes.at(-1) : undefined;
    const quotes = node?.type === 'string' && typeof value === 'number' ? ' (put it in quotes)' : '';
    const saysItself = issue.code === 'custom' || node === undefined;
    if (saysItself) return [{ path: issue.path, message: `${given}; ${issue.message}` }];
    return [{ path: issue.path, message: `${given}; allowed: ${allowedText(node)}${quotes}` }];
  });
}
