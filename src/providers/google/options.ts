import { z } from 'zod';
import { apiOptions } from '../api/api-options.js';

export const GOOGLE_URL = 'https://dns.googleapis.com';

/** Only the fields that are used of a key file that the console makes. */
const ServiceAccount = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().startsWith('-----BEGIN'),
  project_id: z.string().min(1).optional(),
  token_uri: z.url({ protocol: /^https?$/ }).optional(),
});
export type ServiceAccount = z.infer<typeof ServiceAccount>;

/** Google's own, or this machine itself. What is no address at all is refused as that. */
const GOOGLE_HOST = /^(?:.+\.)?googleapis\.com$|^localhost$|^127(?:\.\d{1,3}){3}$|^\[::1\]$/;

function isGoogle(url: string): boolean {
  return !URL.canParse(url) || GOOGLE_HOST.test(new URL(url).hostname);
}

export const GoogleOptions = z
  .strictObject({
    project: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.:-]{0,100}$/)
      .optional(),
    serviceAccount: z.string().max(20_000).transform(jsonOf).pipe(ServiceAccount).optional(),
    managedZone: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
      .optional(),
    ...apiOptions(GOOGLE_URL),
  })
  .refine(({ serviceAccount, url }) => serviceAccount !== undefined || isGoogle(url), {
    path: ['url'],
    message:
      'credentials of the surroundings go to googleapis.com only; give a serviceAccount for any other address',
  });
export type GoogleOptions = z.infer<typeof GoogleOptions>;

/** The parser's own words would hold a piece of the key. */
function jsonOf(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('the content of a key file in JSON');
    return z.NEVER;
  }
}
