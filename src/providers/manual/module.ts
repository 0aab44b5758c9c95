import { z } from 'zod';
import { VERIFY_MODES } from '../../core/rollout/rollout.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { LONGEST_TXT } from '../txt-codec.js';
import { ManualProvider } from './manual-provider.js';

const descriptor = {
  id: 'manual',
  title: 'By hand: a person publishes what is shown',
  docs: 'https://www.rfc-editor.org/rfc/rfc9989',
  credentials: null,
  leastPrivilege: 'No credential at all.',
  tested: 'no-api',
  options: [
    {
      name: 'verify',
      kind: 'text',
      required: false,
      secret: false,
      help: `Who is asked for what stands there now: ${VERIFY_MODES.join(', ')}; the first without it.`,
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
    'The plan shows the record to publish; the rung is taken once every authoritative server shows exactly it.',
    'A panel that changes the text (escapes semicolons, adds spaces) publishes another record: the domain is then held with both shown.',
  ],
} as const satisfies ProviderDescriptor;

export const manual = providerModule({
  descriptor,
  options: z.strictObject({ verify: z.enum(VERIFY_MODES).default('authoritative') }),
  create: ({ verify }, { observer }) => new ManualProvider(observer, verify),
});
