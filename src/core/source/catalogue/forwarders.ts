import type { KnownSender } from './sender.js';

const SIGN_TO_SURVIVE =
  'Nothing to change there: sign all your mail with DKIM, which survives forwarding; SPF cannot, as the forwarder sends from its own hosts.';
const LIST_BREAKS =
  'Nothing to publish: the list breaks your signature unless it leaves text and subject alone or rewrites From; ask its owner for one of the two.';

/** Forwarders and mailing lists: they pass on what others wrote, and no record of the author makes SPF pass there. */
export const FORWARDERS: readonly KnownSender[] = [
  {
    name: 'Cloudflare Email Routing',
    kind: 'forwarder',
    signs: ['email.cloudflare.net', 'cloudflare-email.net'],
    envelopes: ['email.cloudflare.net', 'mx.cloudflare.net', 'cloudflare-email.net', 'cloudflare-email.com'],
    fix: SIGN_TO_SURVIVE,
  },
  {
    name: 'ImprovMX',
    kind: 'forwarder',
    signs: ['improvmx.com'],
    envelopes: ['improvmx.com'],
    fix: SIGN_TO_SURVIVE,
  },
  {
    name: 'Forward Email',
    kind: 'forwarder',
    signs: ['forwardemail.net'],
    envelopes: ['forwardemail.net'],
    fix: SIGN_TO_SURVIVE,
  },
  {
    name: 'Namecheap email forwarding',
    kind: 'forwarder',
    signs: [],
    envelopes: ['registrar-servers.com', 'jellyfish.systems'],
    fix: SIGN_TO_SURVIVE,
  },
  { name: 'Pobox', kind: 'forwarder', signs: ['pobox.com'], envelopes: ['pobox.com'], fix: SIGN_TO_SURVIVE },
  {
    name: 'Joker.com forwarding',
    kind: 'forwarder',
    signs: [],
    envelopes: ['joker-forward.com'],
    fix: SIGN_TO_SURVIVE,
  },
  {
    name: 'Mailwip (Hanami)',
    kind: 'forwarder',
    signs: ['mailwip.com', 'hanami.run'],
    envelopes: ['mailwip.com', 'hanami.run'],
    fix: SIGN_TO_SURVIVE,
  },
  {
    name: 'Porkbun forwarding',
    kind: 'forwarder',
    signs: [],
    envelopes: ['porkbun.com'],
    fix: SIGN_TO_SURVIVE,
  },
  {
    name: 'DuckDuckGo Email Protection',
    kind: 'forwarder',
    signs: ['duck.com'],
    envelopes: ['duck.com'],
    fix: SIGN_TO_SURVIVE,
  },
  {
    name: 'Google Groups',
    kind: 'list',
    signs: ['googlegroups.com'],
    envelopes: ['googlegroups.com'],
    fix: LIST_BREAKS,
  },
  { name: 'Groups.io', kind: 'list', signs: ['groups.io'], envelopes: ['groups.io'], fix: LIST_BREAKS },
  { name: 'Topicbox', kind: 'list', signs: ['topicbox.com'], envelopes: ['topicbox.com'], fix: LIST_BREAKS },
  {
    name: 'Simplelists',
    kind: 'list',
    signs: ['simplelists.com'],
    envelopes: ['simplelists.com'],
    fix: LIST_BREAKS,
  },
  {
    name: 'FreeLists',
    kind: 'list',
    signs: ['freelists.org'],
    envelopes: ['freelists.org'],
    fix: LIST_BREAKS,
  },
  {
    name: 'Riseup lists',
    kind: 'list',
    signs: ['riseup.net'],
    envelopes: ['riseup.net'],
    fix: LIST_BREAKS,
  },
  {
    name: 'JISCMail (LISTSERV)',
    kind: 'list',
    signs: ['jiscmail.ac.uk'],
    envelopes: ['jiscmail.ac.uk'],
    fix: LIST_BREAKS,
  },
  {
    name: 'L-Soft (LISTSERV)',
    kind: 'list',
    signs: ['lsoft.com'],
    envelopes: ['lsoft.com'],
    fix: LIST_BREAKS,
  },
  {
    name: 'SourceForge lists',
    kind: 'list',
    signs: ['sourceforge.net'],
    envelopes: ['sourceforge.net'],
    fix: LIST_BREAKS,
  },
  {
    name: 'Linux kernel lists',
    kind: 'list',
    signs: [],
    envelopes: ['kernel.org', 'infradead.org'],
    fix: LIST_BREAKS,
  },
  { name: 'GNU lists', kind: 'list', signs: [], envelopes: ['gnu.org', 'nongnu.org'], fix: LIST_BREAKS },
  { name: 'Debian lists', kind: 'list', signs: [], envelopes: ['debian.org'], fix: LIST_BREAKS },
  { name: 'Apache lists', kind: 'list', signs: [], envelopes: ['apache.org'], fix: LIST_BREAKS },
  { name: 'Python lists', kind: 'list', signs: [], envelopes: ['python.org'], fix: LIST_BREAKS },
  { name: 'FreeBSD lists', kind: 'list', signs: [], envelopes: ['freebsd.org'], fix: LIST_BREAKS },
  { name: 'IETF lists', kind: 'list', signs: ['ietf.org'], envelopes: ['ietf.org'], fix: LIST_BREAKS },
  { name: 'W3C lists', kind: 'list', signs: [], envelopes: ['w3.org'], fix: LIST_BREAKS },
  { name: 'Launchpad lists', kind: 'list', signs: [], envelopes: ['launchpad.net'], fix: LIST_BREAKS },
  { name: 'Freedesktop lists', kind: 'list', signs: [], envelopes: ['freedesktop.org'], fix: LIST_BREAKS },
];
