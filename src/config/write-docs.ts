import { writeFileSync } from 'node:fs';
import { describeEnvironment, describeSettings } from './describe-settings.js';

writeFileSync('docs/settings.md', describeSettings());
writeFileSync('.env.example', describeEnvironment());
