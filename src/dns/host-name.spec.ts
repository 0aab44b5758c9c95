import { describe, expect, it } from 'vitest';
import { isHostName } from './host-name.js';

const LONG = 'a'.repeat(63);

describe('isHostName', () => {
  it.each([
    ['mail.example.test', true],
    ['ec2-192-0-2-1.compute.example.test', true],
    ['xn--mller-kva.example', true],
    ['1.2.0.192.in-addr.arpa', true],
    [`${LONG}.${LONG}.${LONG}.${'a'.repeat(61)}`, true],
    [`${LONG}.${LONG}.${LONG}.${'a'.repeat(62)}`, false],
    [`a${LONG}.test`, false],
    ['', false],
    ['.', false],
    ['localhost', false],
    ['192.0.2.1', false],
    ['a..test', false],
    ['-a.test', false],
    ['a-.test', false],
    ['a_b.test', false],
    ['*.test', false],
    ['<script>.test', false],
    ['a b.test', false],
    ['a\n.test', false],
    ['a.test\n', false],
    ['müller.test', false],
    ['A.test', false],
  ])('%j: %s', (name, isOne) => {
    expect(isHostName(name)).toBe(isOne);
  });
});
