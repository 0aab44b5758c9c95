import { describe, expect, it } from 'vitest';
import { inKeptForm } from './kept-form.js';

describe('inKeptForm', () => {
  const standing = [
    { value: 'ab', form: '"a" "b"' },
    { value: 'old', form: '"old"' },
  ];

  it('writes new values, and leaves standing ones exactly as they stand', () => {
    const forms = inKeptForm(['new', 'ab'], standing, (value) => `"${value}"`);
    expect(forms).toEqual(['"new"', '"a" "b"']);
  });

  it('writes everything where nothing stands', () => {
    expect(inKeptForm(['ab'], [], (value) => [value])).toEqual([['ab']]);
  });
});
