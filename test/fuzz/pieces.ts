import * as fc from 'fast-check';

/** A text cut into pieces at any places, down to a character each. */
export function cutsOf(text: string): fc.Arbitrary<readonly string[]> {
  const places = fc.array(fc.nat(text.length), { maxLength: 20 });
  return fc.oneof(
    { weight: 4, arbitrary: places.map((found) => cutAt(text, found)) },
    {
      weight: 1,
      arbitrary: fc.constant(
        cutAt(
          text,
          Array.from(text, (_, at) => at),
        ),
      ),
    },
  );
}

function cutAt(text: string, places: readonly number[]): readonly string[] {
  const sorted = [0, ...places, text.length].sort((a, b) => a - b);
  return sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
}
