import { describe } from 'vitest';
import { SUBDOMAIN_TRIALS } from '../../src/sandbox/trials.js';
import { tryWorlds } from './try-worlds.js';

describe('what subdomains send', () => {
  tryWorlds(SUBDOMAIN_TRIALS);
});
