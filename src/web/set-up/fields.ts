import type { OptionDescriptor } from '../../ports/provider-descriptor.js';

/** Names of the form's fields; each is the id of its element, too. */
export const nameField = 'name';
export const domainsField = 'domains';

export function optionField(option: string): string {
  return `option-${option}`;
}

/** Which way a secret takes: `variable`, `file` or `none`. */
export function secretField(option: string): string {
  return `secret-${option}`;
}

export function secretPartField(option: string, part: 'variable' | 'file'): string {
  return `secret-${option}-${part}`;
}

function inCapitals(text: string): string {
  return text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/\W+/g, '_')
    .toUpperCase();
}

/** The variable that a secret is read from, unless a person names another: the first that is known, else one made up. */
export function usualVariable(type: string, { name, env }: OptionDescriptor): string {
  return env[0] ?? inCapitals(`${type}_${name}`);
}

/** The file that a secret is read from, unless a person names another. */
export function usualFile(type: string, { name }: OptionDescriptor): string {
  return `/run/secrets/${inCapitals(`${type}_${name}`).toLowerCase().replaceAll('_', '-')}`;
}
