import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { html, type Html } from '../html.js';
import { page } from '../layout.js';
import type { Choice } from './answers.js';
import { credentialTexts } from './credential-text.js';
import { providerForm, type FormState } from './provider-form.js';

/** Text to take along; the script puts a button to copy it beside it. */
function snippet(label: string, text: string): Html {
  return html`<figure class="snippet">
    <figcaption>${label}</figcaption>
    <pre tabindex="0" role="region" aria-label="${label}"><code>${text}</code></pre>
  </figure>`;
}

function optionalSnippet(label: string, text: string): Html | null {
  return text === '' ? null : snippet(label, text);
}

const READERS = html`<p>
  The user that the service runs as must be able to read the files; in the container that is 1000.
</p>`;

function credentialStep(choice: Choice): Html {
  if (choice.secrets.size === 0)
    return html`<p>
      Nothing was named here: there is none, or it is found where the provider’s own tools look.
    </p>`;
  const { dotEnv, shell, files, composeFiles, compose } = credentialTexts(choice);
  return html`<h3>When you start it yourself</h3>
    ${optionalSnippet('.env in the folder that it starts in; the credential goes between the quotes', dotEnv)}
    ${optionalSnippet('Or in the shell that starts it, for what has one line: paste each credential, then Enter', shell)}
    ${optionalSnippet('The files: paste each credential, then Enter and Ctrl-D', files)}
    <h3>With docker compose</h3>
    ${optionalSnippet('docker-compose.override.yml', compose)}
    ${optionalSnippet('.env beside it; the credential goes between the quotes', dotEnv)}
    ${optionalSnippet('The files beside it: paste each credential, then Enter and Ctrl-D', composeFiles)}
    ${files === '' ? null : READERS}`;
}

export interface Result {
  readonly choice: Choice;
  /** YAML. */
  readonly settings: string;
}

/** What to do with a set of credentials that was described in full; the form follows, to change it. */
export function resultPage(descriptor: ProviderDescriptor, result: Result, state: FormState): string {
  const { choice, settings } = result;
  const address = `/setup/${encodeURIComponent(descriptor.id)}`;
  return page({
    title: `Settings for ${choice.name}`,
    part: 'set-up',
    body: html`<p class="back"><a href="${address}">${descriptor.title}</a></p>
      <h1>Settings for ${choice.name}</h1>
      <p class="lead">Nothing has been stored or changed. Four steps are left to you.</p>
      <ol class="steps">
        <li>
          <h2>Add this to the settings file</h2>
          <p>
            Where <code>providers</code> or <code>domains</code> stand in it already, add the entries to their
            lists. A domain that is managed already stays with the set it was enrolled with.
          </p>
          ${snippet('dmarc-ratchet.yaml', settings)}
        </li>
        <li>
          <h2>Give the credential to the service</h2>
          ${credentialStep(choice)}
        </li>
        <li>
          <h2>Restart the service</h2>
          <p>Settings are read at the start. It says at once when something in them is wrong.</p>
        </li>
        <li>
          <h2>Check it</h2>
          <p>
            <code>npx dmarc-ratchet providers</code>, or
            <a href="/setup#configured-title">the list of what stands in your settings</a>, asks the provider
            whether it takes the credential. It writes nothing.
          </p>
        </li>
      </ol>
      <details class="again">
        <summary>Change the answers</summary>
        ${providerForm(descriptor, state)}
      </details>`,
  });
}
