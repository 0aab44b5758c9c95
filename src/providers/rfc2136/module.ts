import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { Rfc2136Options } from './options.js';
import { RFC2136_CAPABILITIES, Rfc2136Provider } from './rfc2136-provider.js';
import { TSIG_ALGORITHMS } from './tsig.js';

const descriptor = {
  id: 'rfc2136',
  title: 'DNS UPDATE with TSIG (BIND, Knot, PowerDNS, Windows, Infoblox, …)',
  docs: 'https://www.rfc-editor.org/rfc/rfc2136',
  credentials: null,
  leastPrivilege:
    'A key that may change TXT at _dmarc alone. BIND: update-policy { grant KEY name _dmarc.example.com. TXT; };',
  tested: 'real-server',
  options: [
    {
      name: 'server',
      kind: 'text',
      required: true,
      secret: false,
      help: 'Name or address of the primary server.',
      env: ['DNSUPDATE_NAMESERVER', 'RFC2136_NAMESERVER'],
    },
    {
      name: 'port',
      kind: 'number',
      required: false,
      secret: false,
      help: 'Its TCP port; 53 without it.',
      env: [],
    },
    {
      name: 'keyName',
      kind: 'text',
      required: true,
      secret: false,
      help: 'Name of the TSIG key.',
      env: ['DNSUPDATE_TSIG_KEY', 'RFC2136_TSIG_KEY'],
    },
    {
      name: 'keyAlgorithm',
      kind: 'text',
      required: false,
      secret: false,
      help: `${TSIG_ALGORITHMS.join(', ')}; the first without it.`,
      env: ['DNSUPDATE_TSIG_ALGORITHM', 'RFC2136_TSIG_ALGORITHM'],
    },
    {
      name: 'keySecret',
      kind: 'text',
      required: true,
      secret: true,
      help: 'Secret of the key in base64.',
      env: ['DNSUPDATE_TSIG_SECRET', 'RFC2136_TSIG_SECRET'],
    },
    {
      name: 'signQueries',
      kind: 'yes-no',
      required: false,
      secret: false,
      help: 'Sign what is only read, too; true without it. For servers that choose a view by the key.',
      env: [],
    },
    {
      name: 'timeoutMs',
      kind: 'number',
      required: false,
      secret: false,
      help: 'Milliseconds for one exchange; 10000 without it.',
      env: [],
    },
  ],
  capabilities: RFC2136_CAPABILITIES,
  notes: [
    'The server compares by itself (prerequisites of RFC 2136 2.4): of any number of writers at once exactly one wins.',
    'Where a wildcard TXT answers for _dmarc (nothing stands at the name itself), the first record has to be published by hand.',
    'Knot does not say whether it takes a key until a zone is asked for, so a wrong key shows with the first domain.',
    'Clocks that differ by more than five minutes are refused (RFC 8945 5.2.3).',
  ],
} as const satisfies ProviderDescriptor;

export const rfc2136 = providerModule({
  descriptor,
  options: Rfc2136Options,
  create: (options) => new Rfc2136Provider(options),
});
