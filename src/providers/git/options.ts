import { z } from 'zod';
import { FILE_FORMATS } from './edit-file.js';

function staysInside(file: string): boolean {
  return !file.startsWith('/') && !file.split(/[\\/]/).includes('..');
}

export const GitOptions = z.strictObject({
  repository: z.string().min(1).max(4096),
  file: z
    .string()
    .min(1)
    .max(1000)
    .refine(staysInside, 'a path inside the repository, such as zones/{domain}.yaml'),
  format: z.enum(FILE_FORMATS),
  patches: z.string().min(1).max(4096),
});
export type GitOptions = z.infer<typeof GitOptions>;
