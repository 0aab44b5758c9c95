import { describe } from 'vitest';
import { GAP_TRIALS } from '../../src/sandbox/trials.js';
import { tryGaps } from './try-worlds.js';

describe('what goes wrong yet', () => {
  tryGaps(GAP_TRIALS);
});
