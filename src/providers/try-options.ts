import type { z } from 'zod';
import type { OptionFault, OptionValue } from '../ports/provider-catalogue.js';

/** What any secret may look like: the base64 of a key, and the key file of a Google service account. */
const STAND_INS = [
  'c3RhbmQtaW4=',
  JSON.stringify({ type: 'service_account', client_email: 'stand@in', private_key: '-----BEGIN' }),
] as const;

function faultOf({ path, message }: z.core.$ZodIssue): OptionFault {
  const [option] = path;
  return { option: option === undefined ? null : String(option), message };
}

/** What a schema of options says of those that are given, with something in the place of each secret. */
export function tryOptions(
  schema: z.ZodType,
  options: ReadonlyMap<string, OptionValue>,
  secrets: readonly string[],
): readonly OptionFault[] {
  const faults = STAND_INS.map((standIn) => {
    const stoodIn = secrets.map((secret) => [secret, standIn] as const);
    return schema.safeParse(Object.fromEntries([...options, ...stoodIn])).error?.issues.map(faultOf) ?? [];
  });
  // The other one is complained of, too.
  return faults.reduce((least, next) => (next.length < least.length ? next : least));
}
