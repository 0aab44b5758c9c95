import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { ManualProvider } from '../manual/manual-provider.js';
import { providerModule } from '../provider-module.js';
import { LONGEST_TXT } from '../txt-codec.js';
import { GitProvider } from './git-provider.js';
import { GitOptions } from './options.js';

const descriptor = {
  id: 'git',
  title: 'A patch for DNSControl, octoDNS or Terraform files',
  docs: 'https://git-scm.com/docs/git-apply',
  credentials: null,
  leastPrivilege: 'No credential at all: the service reads the working tree and writes patches beside it.',
  tested: 'no-api',
  options: [
    {
      name: 'repository',
      kind: 'text',
      required: true,
      secret: false,
      help: 'Folder of the working tree. It is only read; keep it up to date.',
      env: [],
    },
    {
      name: 'file',
      kind: 'text',
      required: true,
      secret: false,
      help: 'The file in it that holds the record; `{domain}` stands for the domain.',
      env: [],
    },
    {
      name: 'format',
      kind: 'text',
      required: true,
      secret: false,
      help: 'dnscontrol, octodns or terraform.',
      env: [],
    },
    {
      name: 'patches',
      kind: 'text',
      required: true,
      secret: false,
      help: 'Folder that patches are written to, one file for each change.',
      env: [],
    },
  ],
  capabilities: {
    unit: 'rrset',
    compare: 'client',
    replace: 'atomic',
    ttl: { least: 0, most: 2_147_483_647, only: null },
    txt: { form: 'quoted', longest: LONGEST_TXT, refuses: [] },
    scope: 'record',
    completion: 'at-once',
    rateLimit: null,
  },
  notes: [
    'The record must stand in the file as one string; DMARC_BUILDER and other makers of records are not understood.',
    'A comment `dmarc-ratchet: example.com` on the line of the record, or up to three lines above it, says whose it is; a record that is marked for another domain is never touched. Without a mark a record is only changed where `file` names the domain (`{domain}`) and holds one DMARC record.',
    'The rung is taken once every authoritative server shows the change, whoever applied the patch and however.',
  ],
} as const satisfies ProviderDescriptor;

/** Zones made from files (infrastructure as code); the formats follow the documentation of DNSControl, octoDNS and HCL. */
export const git = providerModule({
  descriptor,
  options: GitOptions,
  create: (options, { observer }) => new GitProvider(options, new ManualProvider(observer)),
});
