import { describe, expect, it } from 'vitest';
import { howToAlign, sourceName } from './describe-source.js';

describe("a source's name for people", () => {
  it.each([
    ['domain:vendor.example', 'vendor.example'],
    ['domain:sendgrid.net', 'SendGrid (sendgrid.net)'],
    ['domain:sendgrid.net@news.shop.example', 'SendGrid (sendgrid.net) for news.shop.example'],
    ['host:192.0.2.0/24', '192.0.2.0/24'],
    ['net:2001:db8:1::/48', '2001:db8:1::/48'],
    ['net:2001:db8:1::/48@news.shop.example', '2001:db8:1::/48 for news.shop.example'],
  ])('%s is %s', (id, name) => {
    expect(sourceName(id)).toBe(name);
  });
});

describe('how to align a source', () => {
  it.each([
    ['domain:vendor.example', 'd=news.shop.example'],
    ['host:192.0.2.0/24', 'Mend what broke at 192.0.2.0/24'],
    ['net:192.0.2.0/24@news.shop.example', "news.shop.example's SPF record"],
  ])('%s: %s', (id, expected) => {
    expect(howToAlign(id, 'news.shop.example')).toContain(expected);
  });

  it("of a known sender is the catalogue's word", () => {
    expect(howToAlign('domain:sendgrid.net@news.shop.example', 'news.shop.example')).toBe(
      howToAlign('domain:sendgrid.net', 'shop.example'),
    );
  });
});
