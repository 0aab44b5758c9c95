// For the pages of the set-up; each part looks for its own elements. Without it the form works all the same.

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = 'Copied';
  } catch {
    said.textContent = 'Select it and copy it by hand';
  }
}

function addCopyButtons() {
  for (const figure of document.querySelectorAll('figure.snippet')) {
    const button = element('button', 'Copy');
    button.type = 'button';
    button.className = 'quiet';
    const label = figure.querySelector('figcaption')?.textContent ?? '';
    button.setAttribute('aria-label', `Copy: ${label}`);
    const said = element('span', '');
    said.setAttribute('role', 'status');
    button.addEventListener('click', () => {
      void copy(figure.querySelector('pre')?.textContent ?? '', said);
    });
    figure.querySelector('figcaption')?.after(button, said);
  }
}

function showMistakes() {
  document.getElementById('mistakes')?.focus();
}

/** Asks the API; what goes wrong is thrown as text for a person. */
async function ask(token, method, path) {
  const headers = { authorization: `Bearer ${token}` };
  const options = { method, headers, credentials: 'omit', cache: 'no-store', redirect: 'error' };
  const response = await fetch(path, options).catch(() => null);
  if (response === null) throw new Error('The service does not answer.');
  // A proxy may answer in its place, and not in JSON.
  const answer = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer;
  throw new Error(answer?.detail ?? `The service answers ${response.status}.`);
}

function setUpConfigured() {
  const place = document.getElementById('configured');
  if (place === null) return;
  const [form, input, forget, status, list] = [
    'token-form',
    'token',
    'forget',
    'configured-status',
    'configured-list',
  ].map((id) => document.getElementById(id));
  // Nowhere else: no storage, no address, no cookie.
  let token = '';
  let turn = 0;

  function drop() {
    turn += 1;
    token = '';
    input.value = '';
    forget.hidden = true;
    list.replaceChildren();
    status.textContent = '';
  }

  async function check(name, button, said) {
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    said.className = '';
    said.textContent = 'Asking the provider …';
    try {
      const { ok, message } = await ask(token, 'POST', `/v1/providers/${encodeURIComponent(name)}/check`);
      said.className = ok ? 'good' : 'bad';
      said.textContent = `${ok ? 'Works' : 'Fails'}: ${message}`;
    } catch (error) {
      said.className = 'bad';
      said.textContent = `Not checked: ${error.message}`;
    }
    button.removeAttribute('aria-disabled');
  }

  function row({ name, type }) {
    const item = document.createElement('li');
    const title = document.createElement('span');
    title.append(element('strong', name), ' ', element('code', type));
    const button = element('button', 'Check');
    button.type = 'button';
    button.setAttribute('aria-label', `Check ${name}`);
    const said = element('p', '');
    said.setAttribute('role', 'status');
    button.addEventListener('click', () => {
      void check(name, button, said);
    });
    item.append(title, button, said);
    return item;
  }

  async function show(given) {
    drop();
    if (!/^[\w.~+/=-]{1,1000}$/.test(given)) {
      status.textContent = 'A token has no spaces and no special characters.';
      return;
    }
    status.textContent = 'Asking …';
    const mine = turn;
    try {
      const { configured } = await ask(given, 'GET', '/v1/providers');
      // Another token, or a page that was left meanwhile.
      if (turn !== mine) return;
      token = given;
      forget.hidden = false;
      list.replaceChildren(...configured.map(row));
      status.textContent =
        configured.length === 0
          ? 'No provider stands in the settings yet.'
          : `${configured.length} in the settings:`;
    } catch (error) {
      if (turn === mine) status.textContent = error.message;
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void show(input.value.trim());
  });
  forget.addEventListener('click', () => {
    drop();
    status.textContent = 'Forgotten.';
    input.focus();
  });
  // The browser may keep the page to come back to.
  window.addEventListener('pagehide', drop);
  place.hidden = false;
}

addCopyButtons();
showMistakes();
setUpConfigured();
