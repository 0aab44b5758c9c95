import { describe } from 'vitest';
import { ABUSE_TRIALS } from '../../src/sandbox/trials.js';
import { tryWorlds } from './try-worlds.js';

describe("what others do in a domain's name", () => {
  tryWorlds(ABUSE_TRIALS);
});
