import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../ports/evidence-store.js';
import { storeFailure } from './store-failure.js';

function coded(code: string, message = 'it failed', more: object = {}): Error {
  return Object.assign(new Error(message), { code, ...more });
}

describe('what could not be stored', () => {
  it.each([
    ['a full disk', coded('53100')],
    ['a lost connection', coded('08006')],
    ['a shutdown', coded('57P01')],
    ['a read that failed', coded('58030')],
    ['a server that is read-only', coded('25006')],
    ['a role that may not write', coded('42501')],
    ['a deadlock', coded('40P01')],
    ['a refused connection', coded('ECONNREFUSED', '', { syscall: 'connect' })],
    ['a broken pipe', coded('EPIPE', 'write EPIPE', { syscall: 'write' })],
    ['a connection that ended', new Error('Connection terminated unexpectedly')],
    ['a pool without connections', new Error('timeout exceeded when trying to connect')],
    ['what is wrapped', new Error('rows could not be copied', { cause: coded('53100') })],
  ])('is the server’s fault: %s', (_title, cause) => {
    expect(storeFailure(cause)).toBeInstanceOf(StoreUnavailable);
  });

  it.each([
    ['a value that can’t be read', coded('22P02')],
    ['a constraint', coded('23505')],
    ['an exception of a trigger', coded('P0001')],
    ['an internal error', coded('XX000')],
    ['a statement that took too long', coded('57014')],
    ['an error of ours', new Error('a report without a family')],
    ['no error at all', 'thrown'],
  ])('is not the server’s fault: %s', (_title, cause) => {
    expect(storeFailure(cause)).not.toBeInstanceOf(StoreUnavailable);
  });

  it('says what is wrong with the server', () => {
    const cause = coded('53100', 'could not extend file: No space left on device');
    expect(storeFailure(new Error('copy', { cause })).message).toBe(
      'mail could not be stored, and none can be just now: could not extend file: No space left on device',
    );
  });
});
