import type { OptionKind } from '../../ports/provider-descriptor.js';
import { html, type Html } from '../html.js';

interface FormField {
  readonly id: string;
  readonly label: Html;
  readonly hint: string;
  readonly value: string;
  readonly required: boolean;
  readonly mistake: string | null;
}

/** What is wrong with a field; the field names it by `<id>-mistake`. */
export function mistakeText(id: string, mistake: string | null): Html | null {
  return mistake === null ? null : html`<p class="mistake" id="${id}-mistake">${mistake}</p>`;
}

/** What tells of a field beside its label. */
function aboutOf({ id, required, mistake }: FormField): Html {
  const about = mistake === null ? `${id}-hint` : `${id}-mistake ${id}-hint`;
  return html`aria-describedby="${about}" ${required ? html`required` : null}
  ${mistake === null ? null : html`aria-invalid="true"`}`;
}

/** `keys`: which ones a telephone shows. */
function textInput(field: FormField, keys: 'text' | 'numeric' | 'url'): Html {
  return html`<input
    id="${field.id}"
    name="${field.id}"
    type="text"
    inputmode="${keys}"
    value="${field.value}"
    maxlength="2000"
    autocomplete="off"
    autocapitalize="none"
    spellcheck="false"
    ${aboutOf(field)}
  />`;
}

const YES_NO = [
  ['', 'Not given'],
  ['true', 'true'],
  ['false', 'false'],
] as const;

function yesNoInput(field: FormField): Html {
  const choices = YES_NO.map(
    ([answer, label]) =>
      html`<option value="${answer}" ${answer === field.value ? html`selected` : null}>${label}</option>`,
  );
  return html`<select id="${field.id}" name="${field.id}" ${aboutOf(field)}>
    ${choices}
  </select>`;
}

function inputOf(kind: OptionKind, field: FormField): Html {
  switch (kind) {
    case 'yes-no':
      return yesNoInput(field);
    case 'number':
      return textInput(field, 'numeric');
    case 'address':
      return textInput(field, 'url');
    case 'text':
      return textInput(field, 'text');
  }
}

/** A field with its label, a hint, and what is wrong with it. */
export function formField(kind: OptionKind, field: FormField): Html {
  const { id, label, hint, required, mistake } = field;
  return html`<div class="field">
    <label for="${id}">${label} ${required ? null : html`<span class="dim">(optional)</span>`}</label>
    <p class="hint" id="${id}-hint">${hint}</p>
    ${mistakeText(id, mistake)} ${inputOf(kind, field)}
  </div>`;
}
