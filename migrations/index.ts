import { CountIndirectMail1795437000000 } from './1795437000000-count-indirect-mail.js';
import { CreateStore1795360000000 } from './1795360000000-create-store.js';
import { HoldOneRecordOnce1795490000000 } from './1795490000000-hold-one-record-once.js';
import { KnowMailsByContent1795470000000 } from './1795470000000-know-mails-by-content.js';
import { PartitionReportRows1795440000000 } from './1795440000000-partition-report-rows.js';
import { LearnAddresses1795450000000 } from './1795450000000-learn-addresses.js';
import { StoreChecks1795480000000 } from './1795480000000-store-checks.js';

/** In the order in which they run. */
export const MIGRATIONS = [
  CreateStore1795360000000,
  CountIndirectMail1795437000000,
  PartitionReportRows1795440000000,
  LearnAddresses1795450000000,
  KnowMailsByContent1795470000000,
  StoreChecks1795480000000,
  HoldOneRecordOnce1795490000000,
] as const;
