import type { OptionFault, ProviderCatalogue } from '../../ports/provider-catalogue.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { readAnswers, type Answers, type Mistake } from './answers.js';
import { optionField, secretField } from './fields.js';
import { resultPage } from './result-page.js';
import { settingsText } from './settings-text.js';
import { typePage } from './type-page.js';

export interface FormAnswer {
  /** 422: the form again, with its mistakes. */
  readonly status: 200 | 422;
  readonly page: string;
}

function formAgain(
  descriptor: ProviderDescriptor,
  answers: Answers,
  mistakes: readonly Mistake[],
): FormAnswer {
  return { status: 422, page: typePage(descriptor, { answers, mistakes }) };
}

function mistakeOf({ options }: ProviderDescriptor, { option, message }: OptionFault): Mistake {
  const found = options.find(({ name }) => name === option);
  if (found === undefined) return { field: null, message };
  const field = found.secret ? secretField(found.name) : optionField(found.name);
  return { field, message: `${found.name}: ${message}` };
}

/** What comes back for a form that was sent: the settings, once the type would take them. */
export function answerForm(
  descriptor: ProviderDescriptor,
  answers: Answers,
  catalogue: ProviderCatalogue,
): FormAnswer {
  const reading = readAnswers(descriptor, answers);
  if (reading.kind === 'mistakes') return formAgain(descriptor, answers, reading.mistakes);
  const { choice } = reading;
  const faults = catalogue.faults(descriptor.id, choice.options, [...choice.secrets.keys()]);
  if (faults.length > 0) {
    const mistakes = faults.map((fault) => mistakeOf(descriptor, fault));
    return formAgain(descriptor, answers, mistakes);
  }
  const settings = settingsText(descriptor.id, choice);
  return { status: 200, page: resultPage(descriptor, { choice, settings }, { answers, mistakes: [] }) };
}
