import { setFlagsFromString } from 'node:v8';
import { serve } from './serve.js';

// Left to itself the heap grows to four times what is in it before it is tidied up: here mail comes in for hours.
setFlagsFromString('--heap-growing-percent=40');
// Much code is in use for some seconds only, while a mailbox is read: inlining less of it saves more than it costs.
setFlagsFromString('--max-inlined-bytecode-size-cumulative=250');

await serve();
