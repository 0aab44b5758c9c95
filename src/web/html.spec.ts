import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, Html } from './html.js';

describe('html', () => {
  it.each([
    ['text', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['the end of an attribute', '" onload="x', '&quot; onload=&quot;x'],
    ['the end of another attribute', "' onload='x", '&#39; onload=&#39;x'],
    ['what is escaped already', '&lt;', '&amp;lt;'],
    ['nothing', null, ''],
    ['a number', 7, '7'],
    ['a piece', html`<b>${'<'}</b>`, '<b>&lt;</b>'],
    ['a list', ['a', html`<br />`, ['<', null]], 'a<br />&lt;'],
  ])('%s', (_title, part, expected) => {
    expect(html`<p title="x">${part}</p>`.markup).toBe(`<p title="x">${expected}</p>`);
  });

  it('lets no text out of its place', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', ' ', '/', '=', '$') }),
        (text) => {
          const { markup } = html`<p title="${text}">${text}</p>`;
          expect(markup.match(/[<>"]/g)?.join('')).toBe('<""><>');
          expect(markup).not.toContain("'");
        },
      ),
    );
  });

  it('takes no look-alike of a piece', () => {
    const lookAlike = JSON.parse('{"markup":"<b>"}') as Html;
    expect(() => html`${lookAlike}`).toThrow(TypeError);
  });
});
