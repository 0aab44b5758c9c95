import type { OptionDescriptor, ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { html, type Html } from '../html.js';
import type { Answers, Mistake } from './answers.js';
import {
  domainsField,
  nameField,
  optionField,
  secretField,
  secretPartField,
  usualFile,
  usualVariable,
} from './fields.js';
import { formField, mistakeText } from './form-field.js';

/** What a form shows again after it was sent. */
export interface FormState {
  readonly answers: Answers;
  readonly mistakes: readonly Mistake[];
}

function mistakeAt(field: string, mistakes: readonly Mistake[]): string | null {
  return mistakes.find((mistake) => mistake.field === field)?.message ?? null;
}

function optionInput(option: OptionDescriptor, { answers, mistakes }: FormState): Html {
  const id = optionField(option.name);
  return formField(option.kind, {
    id,
    label: html`<code>${option.name}</code>`,
    hint: option.help,
    value: answers.get(id) ?? '',
    required: option.required,
    mistake: mistakeAt(id, mistakes),
  });
}

const WAYS = [
  ['variable', 'An environment variable'],
  ['file', 'A file'],
  ['none', 'Not given'],
] as const;

function wayInputs(option: OptionDescriptor, chosen: string): readonly Html[] {
  const field = secretField(option.name);
  return WAYS.filter(([way]) => way !== 'none' || !option.required).map(
    ([way, label], index) =>
      html`<label class="way"
        ><input
          type="radio"
          id="${index === 0 ? field : `${field}-is-${way}`}"
          name="${field}"
          value="${way}"
          ${way === chosen ? html`checked` : null}
        />
        ${label}</label
      >`,
  );
}

function secretPart(
  type: string,
  option: OptionDescriptor,
  part: 'variable' | 'file',
  { answers, mistakes }: FormState,
): Html {
  const id = secretPartField(option.name, part);
  const usual = part === 'variable' ? usualVariable(type, option) : usualFile(type, option);
  const mistake = mistakeAt(id, mistakes);
  // Only what was looked at comes back: in the other field there may stand anything, even a credential.
  const isChosen = answers.get(secretField(option.name)) === part;
  const value = isChosen ? (answers.get(id) ?? usual) : usual;
  const label = part === 'variable' ? 'Name of the variable' : 'Path of the file';
  return html`<div class="field ${part}">
    <label for="${id}">${label}</label>
    ${mistakeText(id, mistake)}
    <input
      id="${id}"
      name="${id}"
      type="text"
      value="${mistake === null ? value : ''}"
      maxlength="1000"
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      ${mistake === null ? null : html`aria-invalid="true" aria-describedby="${id}-mistake"`}
    />
  </div>`;
}

function secretInput(type: string, option: OptionDescriptor, state: FormState): Html {
  const field = secretField(option.name);
  const chosen = state.answers.get(field) ?? (option.required ? 'variable' : 'none');
  const mistake = mistakeAt(field, state.mistakes);
  return html`<fieldset class="secret" aria-describedby="${field}-hint">
    <legend>
      <code>${option.name}</code>
      <span class="badge">secret</span> ${option.required ? null : html`<span class="dim">(optional)</span>`}
    </legend>
    <p class="hint" id="${field}-hint">${option.help}</p>
    ${mistakeText(field, mistake)}
    <div class="ways">${wayInputs(option, chosen)}</div>
    ${secretPart(type, option, 'variable', state)} ${secretPart(type, option, 'file', state)}
  </fieldset>`;
}

function secretsPart({ id, options }: ProviderDescriptor, state: FormState): Html | null {
  const secrets = options.filter(({ secret }) => secret);
  if (secrets.length === 0) return null;
  return html`<h3>Secrets</h3>
    <p>
      Never type a credential here. Say where the service is to find it: an environment variable, or a file
      that only the service can read.
    </p>
    ${secrets.map((option) => secretInput(id, option, state))}`;
}

/** Required ones are in sight; most sets need no other. */
function optionsPart({ options }: ProviderDescriptor, state: FormState): Html | null {
  const open = options.filter(({ secret }) => !secret);
  const optional = open.filter(({ required }) => !required);
  const isUsed = optional.some(({ name }) => {
    const field = optionField(name);
    return (state.answers.get(field) ?? '') !== '' || mistakeAt(field, state.mistakes) !== null;
  });
  const further = html`<details ${isUsed ? html`open` : null}>
    <summary>Further options (${optional.length})</summary>
    ${optional.map((option) => optionInput(option, state))}
  </details>`;
  return html`${open.filter(({ required }) => required).map((option) => optionInput(option, state))}
  ${optional.length === 0 ? null : further}`;
}

function mistakesPart(mistakes: readonly Mistake[]): Html | null {
  if (mistakes.length === 0) return null;
  const item = ({ field, message }: Mistake): Html =>
    html`<li>${field === null ? message : html`<a href="#${field}">${message}</a>`}</li>`;
  return html`<div class="mistakes" role="alert" tabindex="-1" id="mistakes">
    <h3>Something is not right yet</h3>
    <ul>
      ${mistakes.map(item)}
    </ul>
  </div>`;
}

/** The form of one type of provider: name, domains, options, and where the secrets are to be found. Works without a script. */
export function providerForm(descriptor: ProviderDescriptor, state: FormState): Html {
  const { answers, mistakes } = state;
  const name = {
    id: nameField,
    label: html`Name of this set of credentials`,
    hint: 'Domains refer to it by this name, and the history shows it. Letters, digits, dots, dashes and underscores.',
    value: answers.get(nameField) ?? descriptor.id,
    required: true,
    mistake: mistakeAt(nameField, mistakes),
  };
  const domains = {
    id: domainsField,
    label: html`Domains that use it`,
    hint: 'One or more, with spaces between them, such as example.com example.net.',
    value: answers.get(domainsField) ?? '',
    required: true,
    mistake: mistakeAt(domainsField, mistakes),
  };
  return html`<form method="post" action="/setup/${encodeURIComponent(descriptor.id)}">
    ${mistakesPart(mistakes)} ${formField('text', name)} ${formField('text', domains)}
    ${optionsPart(descriptor, state)} ${secretsPart(descriptor, state)}
    <p><button type="submit">Show the settings</button></p>
  </form>`;
}
