import { describe } from 'vitest';
import { SENDER_TRIALS } from '../../src/sandbox/trials.js';
import { tryWorlds } from './try-worlds.js';

describe("who sends in a domain's name", () => {
  tryWorlds(SENDER_TRIALS);
});
