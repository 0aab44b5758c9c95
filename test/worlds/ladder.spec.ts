import { describe } from 'vitest';
import { LADDER_TRIALS } from '../../src/sandbox/trials.js';
import { tryWorlds } from './try-worlds.js';

describe('other ladders', () => {
  tryWorlds(LADDER_TRIALS);
});
