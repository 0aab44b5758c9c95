import { stringify } from 'yaml';
import type { OptionValue } from '../../ports/provider-catalogue.js';
import type { Choice, SecretPlace } from './answers.js';

/** In settings `${NAME}` stands for a variable, and a further `$` before it takes that away. */
function literal(value: OptionValue): OptionValue {
  return typeof value === 'string' ? value.replaceAll(/\$(?=\{[A-Za-z_][A-Za-z0-9_]*\})/g, '$$$$') : value;
}

function secretEntry([option, place]: readonly [string, SecretPlace]): readonly [string, string] {
  return place.kind === 'variable' ? [option, `\${${place.name}}`] : [`${option}File`, place.path];
}

/** The part of the settings file (YAML) that names the set of credentials and the domains that use it. No secret is in it. */
export function settingsText(type: string, { name, domains, options, secrets }: Choice): string {
  const given = [...options].map(([option, value]) => [option, literal(value)] as const);
  // A path is read as it is, but for `${…}`, which the form has refused.
  const entries = [['name', name], ['type', type], ...given, ...[...secrets].map(secretEntry)] as const;
  const settings = {
    providers: [Object.fromEntries(entries)],
    domains: domains.map((domain) => ({ name: domain, provider: name })),
  };
  return stringify(settings, { lineWidth: 0, version: '1.2' });
}
