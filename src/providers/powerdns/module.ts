import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { PowerDnsOptions } from './options.js';
import { POWERDNS_CAPABILITIES, PowerDnsProvider } from './powerdns-provider.js';

const descriptor = {
  id: 'powerdns',
  title: 'PowerDNS Authoritative Server (HTTP API)',
  docs: 'https://doc.powerdns.com/authoritative/http-api/',
  credentials: null,
  leastPrivilege:
    'The API key may change every zone of the server. To limit it to one zone use the type rfc2136 with TSIG-ALLOW-DNSUPDATE, which also lets the server itself compare and swap.',
  tested: 'real-server',
  options: [
    {
      name: 'url',
      kind: 'address',
      required: true,
      secret: false,
      help: 'Address of the web server: https://ns1.example.com:8081',
      env: ['PDNS_API_URL'],
    },
    {
      name: 'apiKey',
      kind: 'text',
      required: true,
      secret: true,
      help: 'The api-key of its configuration.',
      env: ['PDNS_API_KEY'],
    },
    {
      name: 'server',
      kind: 'text',
      required: false,
      secret: false,
      help: 'Server id; localhost without it.',
      env: ['PDNS_SERVER_NAME'],
    },
    {
      name: 'timeoutMs',
      kind: 'number',
      required: false,
      secret: false,
      help: 'Milliseconds for one request; 10000 without it.',
      env: [],
    },
  ],
  capabilities: POWERDNS_CAPABILITIES,
  notes: [
    'The API has no precondition: two writers in the same moment can cross. The same server takes DNS UPDATE, which compares by itself.',
    'A zone that the server only copies from elsewhere (Slave, Secondary, Consumer) is refused.',
    'A zone that other servers copy needs the metadata SOA-EDIT-API (DEFAULT): without it the serial stays after a change, and they never hear of it, which asking them all shows.',
    'Comments on a record set stay; those on it vanish when DNS UPDATE changes it.',
  ],
} as const satisfies ProviderDescriptor;

export const powerdns = providerModule({
  descriptor,
  options: PowerDnsOptions,
  create: (options) => new PowerDnsProvider(options),
});
