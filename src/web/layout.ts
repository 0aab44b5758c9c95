import { html, type Html } from './html.js';

export interface Page {
  /** Unlike that of any other page: screen readers say it first. */
  readonly title: string;
  /** The part of the dashboard that it belongs to: it has a style sheet and a script of its own. */
  readonly part: 'set-up';
  readonly body: Html;
}

/** A whole document around the body of one page; the body begins with the page's one `h1`. */
export function page({ title, part, body }: Page): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title} · dmarc-ratchet</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/style.css" />
        <link rel="stylesheet" href="/assets/${part}.css" />
        <script type="module" src="/assets/${part}.js"></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <a class="product" href="/setup"
            ><img src="/assets/icon.svg" alt="" width="24" height="24" /> dmarc-ratchet</a
          >
          <nav aria-label="Main">
            <a href="/setup">DNS providers</a>
            <a href="/docs">API</a>
          </nav>
        </header>
        <main id="main" tabindex="-1">${body}</main>
      </body>
    </html>`.markup;
}
