import { describe } from 'vitest';
import { COURSE_TRIALS } from '../../src/sandbox/trials.js';
import { tryWorlds } from './try-worlds.js';

describe('what happens to a domain on its way', () => {
  tryWorlds(COURSE_TRIALS);
});
