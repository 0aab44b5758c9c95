import { DEFAULT_SETTINGS, type RolloutSettings } from '../../rollout/rollout.js';
import type { DnsAnswer } from '../dns-answers.js';

/** A selector and why it is looked at: mail was seen with it, a person named it, or many use it. */
export interface CheckedSelector {
  readonly name: string;
  readonly from: 'evidence' | 'settings' | 'common';
  /** The signing domain (`d=`) whose key it is, in small letters; left out: the domain that is checked. */
  readonly domain?: string;
}

/** A selector with the name at which its key stands. */
export interface PlacedSelector extends Required<CheckedSelector> {
  readonly place: string;
}

/** What was found where the key of a selector should stand. */
export interface Looked {
  readonly selector: PlacedSelector;
  readonly answer: DnsAnswer<string>;
}

/** Characters; a longer one leaves no room for a domain. */
const LONGEST = 63;
const LABEL = /^[a-z\d_](?:[a-z\d_-]*[a-z\d_])?$/;

/** Names that mail servers and mail services give their selectors; tried where nothing better is known. */
const COMMON: Readonly<Record<string, readonly string[]>> = {
  'mail servers': [
    'default',
    'dkim',
    'dkim1',
    'mail',
    'email',
    'smtp',
    'mx',
    'key1',
    'key2',
    'rsa',
    'ed25519',
  ],
  'Microsoft 365': ['selector1', 'selector2'],
  'Google Workspace': ['google'],
  Mailchimp: ['k1', 'k2', 'k3', 'mandrill', 'mte1'],
  SendGrid: ['s1', 's2', 'smtpapi', 'm1'],
  Fastmail: ['fm1', 'fm2', 'fm3'],
  Proton: ['protonmail', 'protonmail2', 'protonmail3'],
  Zoho: ['zoho', 'zmail'],
  others: ['pm', 'mailjet', 'sig1', 'hs1', 'hs2', 'mxvault', 'everlytickey1'],
};

/**
 * The selectors to look at for a domain, each once and the better reason first: at most `most` of those given, and the
 * common ones. Names are compared in small letters, as DNS does.
 */
export function selectorsToCheck(
  given: readonly CheckedSelector[],
  domain: string,
  most: number,
): readonly PlacedSelector[] {
  const chosen = new Map<string, PlacedSelector>();
  const placed = given
    .filter(({ name }) => isSelector(name))
    .map((one) => placedSelector({ domain, ...one, name: one.name.toLowerCase() }));
  for (const from of ['evidence', 'settings'] as const) {
    for (const selector of placed.filter((one) => one.from === from)) {
      if (chosen.size < most && !chosen.has(selector.place)) chosen.set(selector.place, selector);
    }
  }
  for (const name of Object.values(COMMON).flat()) {
    const selector = placedSelector({ name, from: 'common', domain });
    if (!chosen.has(selector.place)) chosen.set(selector.place, selector);
  }
  return [...chosen.values()];
}

/** Those that a domain's owner named. What was stored before the setting existed names none. */
export function namedSelectors(settings: RolloutSettings): readonly CheckedSelector[] {
  const { selectors } = { ...DEFAULT_SETTINGS, ...settings };
  return selectors.map((name) => ({ name, from: 'settings' }));
}

/** A selector and the name at which its key stands (RFC 6376 3.6.2.1). */
export function placedSelector(selector: Required<CheckedSelector>): PlacedSelector {
  return { ...selector, place: `${selector.name}._domainkey.${selector.domain}` };
}

/** Whether a text can be a selector: labels between dots (RFC 6376 3.1). Underscores are in use. */
export function isSelector(text: string): boolean {
  return (
    text.length <= LONGEST &&
    text
      .toLowerCase()
      .split('.')
      .every((label) => LABEL.test(label))
  );
}

/** A selector as messages call it. */
export function described({ name, from }: CheckedSelector): string {
  return from === 'evidence' ? `selector ${name} (seen in reports)` : `selector ${name}`;
}
