import { z } from 'zod';
import { apiOptions, Credential } from '../api/api-options.js';

export const ROUTE53_URL = 'https://route53.amazonaws.com';

const { timeoutMs } = apiOptions(ROUTE53_URL);

export const Route53Options = z
  .strictObject({
    accessKeyId: Credential.optional(),
    secretAccessKey: Credential.optional(),
    sessionToken: Credential.optional(),
    profile: z.string().min(1).max(200).optional(),
    roleArn: z
      .string()
      .regex(/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'arn:aws:iam::ACCOUNT:role/NAME')
      .optional(),
    externalId: z
      .string()
      .regex(/^[\w+=,.@:/-]{2,1224}$/)
      .optional(),
    region: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/)
      .default('us-east-1'),
    hostedZoneId: z
      .string()
      .transform((given) => given.replace(/^\/hostedzone\//, ''))
      .pipe(z.string().regex(/^[A-Z0-9]{1,32}$/, 'an ID such as Z0123456789ABC'))
      .optional(),
    // Without it the address follows from the region: China and other partitions have their own.
    url: z.url({ protocol: /^https?$/ }).optional(),
    timeoutMs,
    stsUrl: z.url({ protocol: /^https?$/ }).optional(),
  })
  .refine((given) => (given.accessKeyId === undefined) === (given.secretAccessKey === undefined), {
    path: ['secretAccessKey'],
    message: 'accessKeyId and secretAccessKey go together',
  });
export type Route53Options = z.infer<typeof Route53Options>;
