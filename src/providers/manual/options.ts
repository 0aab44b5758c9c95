import { z } from 'zod';
import type { ProviderDescriptor } from '../descriptor.js';

export const ManualOptions = z.strictObject({});
export type ManualOptions = z.infer<typeof ManualOptions>;

export const descriptor = {
  id: 'manual',
  title: 'By hand: a person publishes what is shown',
  docs: 'https://www.rfc-editor.org/rfc/rfc9989',
  leastPrivilege: 'No credential at all.',
  options: [],
} as const satisfies ProviderDescriptor;
