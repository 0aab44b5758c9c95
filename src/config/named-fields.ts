import { z } from 'zod';

/** A name that other settings, the API and logs refer to. */
export const Name = z.string().regex(/^[\w.-]{1,60}$/, 'use letters, digits, dots, dashes and underscores');
export const NAME_ALLOWED = 'letters, digits, dot, dash, underscore';

export const FilePath = z
  .string()
  .min(1)
  .max(4096)
  .meta({ 'x-allowed': 'a path, relative to the settings file' });
