import { capabilityWords, TESTED_WORDS } from '../../ports/capability-words.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { html, type Html } from '../html.js';
import { page } from '../layout.js';
import { providerForm, type FormState } from './provider-form.js';

const BACK = html`<p class="back"><a href="/setup">All DNS providers</a></p>`;

const OUTSIDE = html`<span class="hidden"> (another site)</span>`;

function outsideLink(address: string, label: string): Html {
  return html`<a href="${address}" rel="noreferrer">${label}${OUTSIDE}</a>`;
}

function credentialPart({ credentials, leastPrivilege }: ProviderDescriptor): Html {
  const made = credentials === null ? null : html`<p>${outsideLink(credentials, 'Make the credential')}</p>`;
  return html`<section aria-labelledby="credential-title">
    <h2 id="credential-title">The least that the credential needs</h2>
    <p>${leastPrivilege}</p>
    ${made}
  </section>`;
}

function capabilitiesPart({ capabilities, docs, tested }: ProviderDescriptor): Html {
  const facts = [...capabilityWords(capabilities), ['The tests run against', TESTED_WORDS[tested]] as const];
  const rows = facts.map(
    ([question, answer]) =>
      html`<div>
        <dt>${question}</dt>
        <dd>${answer}</dd>
      </div>`,
  );
  return html`<section aria-labelledby="capabilities-title">
    <h2 id="capabilities-title">What it can do</h2>
    <dl class="facts">${rows}</dl>
    <p>${outsideLink(docs, tested === 'no-api' ? 'Documentation' : 'Documentation of the API')}</p>
  </section>`;
}

function notesPart({ notes }: ProviderDescriptor): Html | null {
  if (notes.length === 0) return null;
  return html`<section aria-labelledby="notes-title">
    <h2 id="notes-title">Good to know</h2>
    <ul>
      ${notes.map((note) => html`<li>${note}</li>`)}
    </ul>
  </section>`;
}

/** Everything about one type of provider, with the form. */
export function typePage(descriptor: ProviderDescriptor, state: FormState): string {
  const { title, id } = descriptor;
  return page({
    title: state.mistakes.length === 0 ? title : `Mistakes: ${title}`,
    part: 'set-up',
    body: html`${BACK}
      <h1>${title}</h1>
      <p class="dim">Type <code>${id}</code>, described in <code>docs/providers/${id}.md</code></p>
      ${credentialPart(descriptor)}
      <section aria-labelledby="form-title">
        <h2 id="form-title">Your settings</h2>
        ${providerForm(descriptor, state)}
      </section>
      ${notesPart(descriptor)} ${capabilitiesPart(descriptor)}`,
  });
}
