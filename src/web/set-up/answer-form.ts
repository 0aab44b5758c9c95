import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { readAnswers, type Answers, type Mistake } from './answers.js';
import type { OptionTrial } from './option-trial.js';
import { resultPage } from './result-page.js';
import { settingsText } from './settings-text.js';
import { typePage } from './type-page.js';
import { typeOptions } from './typed-options.js';

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

/** What comes back for a form that was sent: the settings, once the type would take them. */
export function answerForm(descriptor: ProviderDescriptor, answers: Answers, trial: OptionTrial): FormAnswer {
  const reading = readAnswers(descriptor, answers);
  if (reading.kind === 'mistakes') return formAgain(descriptor, answers, reading.mistakes);
  const { choice } = reading;
  const typing = typeOptions(descriptor.id, choice, trial);
  if (typing.kind === 'refused')
    return formAgain(descriptor, answers, [{ field: null, message: typing.message }]);
  const settings = settingsText(descriptor.id, choice, typing.options);
  return { status: 200, page: resultPage(descriptor, { choice, settings }, { answers, mistakes: [] }) };
}
