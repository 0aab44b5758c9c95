import { CountIndirectMail1795437000000 } from './1795437000000-count-indirect-mail.js';
import { CreateStore1795360000000 } from './1795360000000-create-store.js';

/** In the order in which they run. */
export const MIGRATIONS = [CreateStore1795360000000, CountIndirectMail1795437000000] as const;
