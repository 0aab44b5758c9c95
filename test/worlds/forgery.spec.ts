import { describe } from 'vitest';
import { FORGERY_TRIALS } from '../../src/sandbox/trials.js';
import { tryWorlds } from './try-worlds.js';

describe('what made-up reports claim', () => {
  tryWorlds(FORGERY_TRIALS);
});
