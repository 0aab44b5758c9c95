import { setFlagsFromString } from 'node:v8';
import { serve } from './serve.js';

// Left to itself the heap grows to four times what is in it before it is tidied up: here mail comes in for hours.
setFlagsFromString('--heap-growing-percent=80');

await serve();
