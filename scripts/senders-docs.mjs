// Writes docs/senders.md from the built catalogue. The core itself touches no files.
import { writeFileSync } from 'node:fs';
import { describeSenders } from '../dist/src/core/source/catalogue/describe-senders.js';

writeFileSync('docs/senders.md', describeSenders());
