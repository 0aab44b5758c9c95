import { rootCause } from '../core/root-cause.js';
import { StoreUnavailable } from '../ports/evidence-store.js';

/**
 * SQLSTATE classes of what befalls the server, whatever it is given: connection, resources such as a full disk, an
 * operator's intervention, the system, and transactions that were in each other's way (PostgreSQL, appendix A).
 */
const OF_SERVER = new Set(['08', '53', '57', '58', '40']);
/** A server that may not write, or a role that may not. */
const NO_WRITING = new Set(['25006', '42501']);
/** A statement took too long: what it was to store may be to blame. */
const CANCELED = '57014';

/** An error of PostgreSQL or of its driver while something was stored: a StoreUnavailable where the server is to blame. */
export function storeFailure(cause: unknown): Error {
  if (isOfServer(cause))
    return new StoreUnavailable(`mail could not be stored, and none can be just now: ${rootCause(cause)}`, {
      cause,
    });
  return new Error('the batch could not be stored', { cause });
}

function isOfServer(error: unknown): boolean {
  if (error instanceof StoreUnavailable) return true;
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  if (code !== null && /^[0-9A-Z]{5}$/.test(code) && !isOfNode(error)) return isServerState(code);
  return isOfNode(error) || isLostConnection(error) || isOfServer(error.cause);
}

function isServerState(sqlState: string): boolean {
  if (sqlState === CANCELED) return false;
  return OF_SERVER.has(sqlState.slice(0, 2)) || NO_WRITING.has(sqlState);
}

/** ECONNREFUSED and its like: of the socket, and of looking its host up. */
function isOfNode(error: Error): boolean {
  return 'syscall' in error || ('code' in error && /^E[A-Z_]{3,}$/.test(String(error.code)));
}

/** The driver has no codes for these. */
function isLostConnection({ message }: Error): boolean {
  return /connection (?:terminated|error|timeout)|timeout exceeded when trying to connect|timeout expired|not queryable|client was closed|after calling end on the pool|driver not connected/i.test(
    message,
  );
}
