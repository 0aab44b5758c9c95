import { SCOPE_WORDS } from '../../ports/capability-words.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { html, type Html } from '../html.js';
import { page } from '../layout.js';

function typeItem({ id, title, capabilities, tested }: ProviderDescriptor): Html {
  const about = tested === 'no-api' ? 'no credential' : `a credential for ${SCOPE_WORDS[capabilities.scope]}`;
  return html`<li>
    <a href="/setup/${encodeURIComponent(id)}">
      <strong>${title}</strong>
      <span class="dim"><code>${id}</code> · ${about}</span>
    </a>
  </li>`;
}

function typeList(types: readonly ProviderDescriptor[]): Html {
  return html`<ul class="choices">
    ${types.map(typeItem)}
  </ul>`;
}

/** Filled by the script, with what the API says to the holder of a token: names of the settings are nobody else's business. */
const CONFIGURED = html`<section aria-labelledby="configured-title">
  <h2 id="configured-title">In your settings</h2>
  <noscript
    ><p>Without JavaScript: <code>npx dmarc-ratchet providers</code> lists them and checks each.</p></noscript
  >
  <div id="configured" hidden>
    <p>
      Lists the sets of credentials that the settings name, and asks a provider whether it can be reached and
      takes the credential. Nothing is written.
    </p>
    <form id="token-form" class="inline">
      <label for="token">API token</label>
      <input
        id="token"
        type="password"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        required
        aria-describedby="token-hint"
      />
      <button type="submit">Show</button>
      <button type="button" id="forget" class="quiet" hidden>Forget the token</button>
    </form>
    <p id="token-hint" class="dim">
      Its role must be operator to check, viewer to look. It stays in this page’s memory until you leave the
      page. Unless the settings name tokens, it stands in <code>data/api-token</code>.
    </p>
    <p id="configured-status" role="status"></p>
    <ul id="configured-list" class="rows"></ul>
  </div>
</section>`;

/** The first page of the set-up: every type of provider, and what the settings have already. */
export function typesPage(types: readonly ProviderDescriptor[]): string {
  const withApi = types.filter(({ tested }) => tested !== 'no-api');
  const without = types.filter(({ tested }) => tested === 'no-api');
  return page({
    title: 'DNS providers',
    part: 'set-up',
    body: html`<h1>DNS providers</h1>
      <p class="lead">
        Where is the DNS of your domain hosted? Choose it to see what to put in the settings, and how to make
        a credential that can do no more than is needed. One record is changed there, the TXT record at
        <code>_dmarc</code>, and nothing else.
      </p>
      <section aria-labelledby="api-title">
        <h2 id="api-title">With an API</h2>
        ${typeList(withApi)}
      </section>
      <section aria-labelledby="no-api-title">
        <h2 id="no-api-title">Without an API</h2>
        ${typeList(without)}
      </section>
      ${CONFIGURED}`,
  });
}

/** What comes instead of a page about a type that there is not. */
export function noSuchTypePage(): string {
  return page({
    title: 'No such type',
    part: 'set-up',
    body: html`<h1>There is no such type of provider</h1>
      <p><a href="/setup">All types of DNS providers</a></p>`,
  });
}
