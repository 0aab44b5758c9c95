import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFeedback } from './parse-feedback.js';
import { walkFeedback, type Feedback } from './walk-feedback.js';
import type { XmlElement } from './xml-element.js';

/** What counts of an element: spaces around its text don't, and an element with children is asked for no text. */
function essence({ name, text, children }: XmlElement): unknown {
  return children.length === 0 ? [name, text.trim()] : [name, children.map(essence)];
}

function essenceOf(feedback: Feedback | null): unknown {
  if (feedback === null) return null;
  const { metadata, policy } = feedback;
  return {
    ...feedback,
    metadata: metadata && essence(metadata),
    policy: policy && essence(policy),
  };
}

const text = fc.oneof(
  fc.constantFrom(
    '',
    'x',
    ' y z ',
    '1 &lt; 2',
    '&#65;&#x42;',
    '<![CDATA[<&>]]>',
    'a<!-- n -->b',
    '\r\n\t',
    'ü',
    '&amp;lt;',
  ),
  fc.stringMatching(/^[\w. @-]{0,12}$/),
);
const unknownName = fc.constantFrom('a', 'b', 'n:c', 'd_e', 'f-g.h', 'extension', 'record', 'dkim');
const space = fc.constantFrom('', '\n', '\n    ', '\t', '<!-- <record> -->');
const attributes = fc.constantFrom('', ' k="v"', " a:k='<>'".replace('<', ''), ' ', '\n k = "/>" ');

function element(name: string, inside: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(attributes, inside, space)
    .map(([given, content, after]) =>
      content === '' ? `<${name}${given}/>${after}` : `<${name}${given}>${content}</${name}>${after}`,
    );
}

/** Some of these, each at most twice, in any order. */
function some(...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  const repeated = parts.map((part) => fc.array(part, { maxLength: 2 }));
  return fc
    .tuple(space, fc.tuple(...repeated))
    .chain(([first, found]) => fc.shuffledSubarray(found.flat()).map((chosen) => first + chosen.join('')));
}

function leaf(name: string, ...usual: readonly string[]): fc.Arbitrary<string> {
  return element(
    name,
    usual.length === 0 ? text : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...usual) }, text),
  );
}

const anything = unknownName.chain((name) => element(name, fc.oneof(text, some(leaf('a'), leaf('n:b')))));
const result = ['pass', 'fail', 'none', 'Pass'] as const;
const domain = ['example.org', 'Mail.Example.org.', 'b\u00fccher.example', 'other.example'] as const;
const evaluated = some(
  leaf('disposition', 'none', 'reject'),
  leaf('dkim', ...result),
  leaf('spf', ...result),
  element('reason', some(leaf('type', 'forwarded'), leaf('comment'))),
);
const row = some(
  leaf('source_ip', '192.0.2.1', '2001:DB8::1'),
  leaf('count', '1', '12'),
  element('policy_evaluated', evaluated),
);
const outcome = some(
  leaf('domain', ...domain),
  leaf('selector', 's1'),
  leaf('scope', 'mfrom'),
  leaf('result', ...result),
);
const record = some(
  element('row', row),
  element('identifiers', some(leaf('header_from', ...domain), leaf('envelope_from', ...domain))),
  element('auth_results', some(element('dkim', outcome), element('spf', outcome), anything)),
  anything,
);
const metadata = some(
  leaf('org_name'),
  leaf('email'),
  element('date_range', some(leaf('begin'), leaf('end'))),
  anything,
);
const policy = some(leaf('domain', ...domain), leaf('p', 'none'), leaf('testing', 'y'), anything);
const feedback = element(
  'feedback',
  some(
    element('report_metadata', metadata),
    element('policy_published', policy),
    element('record', record),
    anything,
  ),
);

describe('both readers', () => {
  it('read the same in any well-formed report', () => {
    const same = fc.property(feedback, (xml) => {
      const document = `<?xml version="1.0"?>\n${xml}`;
      const parsed = parseFeedback(document);
      expect(parsed).not.toBeNull();
      expect(essenceOf(parsed)).toEqual(essenceOf(walkFeedback(document)));
    });
    expect(() => fc.assert(same, { numRuns: 1000 })).not.toThrow();
  });

  it('leave what is not well-formed to the one that saves what it can', () => {
    for (const xml of ['<feedback><a></b></feedback>', '<feedback><a>', '<feedback', '<x><feedback/></x>']) {
      expect(parseFeedback(xml)).toBeNull();
    }
  });
});
