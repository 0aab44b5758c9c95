import { z } from 'zod';

const POSTGRES_URL = /^postgres(?:ql)?:\/\//;
const REDIS_URL = /^rediss?:\/\//;

/** The environment's settings. Those marked secret may come from a file named by `<NAME>_FILE`. */
export const Environment = z.object({
  CONFIG_FILE: z.string().optional().meta({
    description: 'YAML settings file; without it ./dmarc-ratchet.yaml is read when it is there',
    'x-allowed': 'a path',
  }),
  DATA_DIR: z.string().default('./data').meta({
    description: 'Folder for the embedded PostgreSQL and the generated API token',
    'x-allowed': 'a path',
  }),
  DATABASE_URL: z.string().regex(POSTGRES_URL).optional().meta({
    description: 'PostgreSQL to use instead of the embedded one',
    'x-allowed': 'postgres://…',
    'x-secret': true,
  }),
  REDIS_URL: z.string().regex(REDIS_URL).optional().meta({
    description: 'Redis for the queues instead of PostgreSQL',
    'x-allowed': 'redis://… or rediss://…',
    'x-secret': true,
  }),
  HOST: z.string().default('127.0.0.1').meta({
    description: 'Address that HTTP listens on; put a TLS proxy in front before opening it to a network',
    'x-allowed': 'an address or host name',
  }),
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(3000)
    .meta({ description: 'Port that HTTP listens on; 0 takes any free one' }),
  API_TOKEN: z.string().min(16).max(500).optional().meta({
    description:
      'Admin token of the REST API; without it and without `tokens` one is generated into DATA_DIR/api-token',
    'x-allowed': 'at least 16 characters',
    'x-secret': true,
  }),
  DMARC_RATCHET_URL: z
    .string()
    .regex(/^https?:\/\//)
    .optional()
    .meta({
      description: 'Service that the command line talks to; without it http://HOST:PORT',
      'x-allowed': 'http://… or https://…',
    }),
  ROLE: z.enum(['all', 'api', 'worker']).default('all').meta({
    description: '`api` answers HTTP and only enqueues, `worker` works the queues, `all` does both',
  }),
  DRY_RUN: z.enum(['yes', 'no']).default('no').meta({
    description:
      '`yes`: everything happens but the writing; the history and people are told what would be written',
  }),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'log', 'debug', 'verbose'])
    .default('log')
    .meta({ description: 'The least important lines that are logged' }),
});
export type Environment = z.infer<typeof Environment>;
