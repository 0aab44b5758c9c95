/** Numbers that look random and are the same for the same seed; each call gives a whole number below its argument. */
export function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Roll = (below: number) => number;
type Mutation = (text: string, roll: Roll) => string;

const BITS = [
  '<|>|</|/>|<!--|-->|<![CDATA[|]]>|<?|?>|<!DOCTYPE a>|&|&lt;|&#0;|&#x10FFFF;|"|\'|\0|\uD800|\uFEFF|\n|<record>|</record>',
  '<feedback>|</feedback>|<row>|<a|</a>|<record/>|9999999999|-1|1e9|.|@|<x:record a="|<source_ip>|</count>|x',
].flatMap((line) => line.split('|'));

const MUTATIONS: readonly Mutation[] = [
  // A character becomes another.
  (text, roll) => splice(text, roll(text.length + 1), 1, String.fromCharCode(roll(256))),
  // A part is gone.
  (text, roll) => splice(text, roll(text.length + 1), roll(200), ''),
  // The end is gone, or the beginning.
  (text, roll) => text.slice(0, roll(text.length + 1)),
  (text, roll) => text.slice(roll(text.length + 1)),
  // A part comes again, many times, there or elsewhere.
  (text, roll) => {
    const part = partOf(text, roll, 1 + roll(400));
    return splice(text, roll(text.length + 1), 0, part.repeat(1 + roll(40)));
  },
  // A part is put into itself.
  (text, roll) => {
    const part = partOf(text, roll, 1 + roll(400));
    const at = roll(part.length + 1);
    let nested = part;
    for (let depth = roll(6); depth > 0; depth -= 1) nested = splice(part, at, 0, nested);
    return text.replace(part, () => nested);
  },
  // Markup where none belongs.
  (text, roll) => splice(text, roll(text.length + 1), 0, (BITS[roll(BITS.length)] ?? '').repeat(1 + roll(3))),
  // A tag is gone, or comes again.
  (text, roll) => withTag(text, roll, () => ''),
  (text, roll) => withTag(text, roll, (tag) => tag + tag),
  // Something of it is endless.
  (text, roll) => splice(text, roll(text.length + 1), 0, (BITS[roll(BITS.length)] ?? '').repeat(roll(5000))),
];

/** The text with one to five things done to it. */
export function mutate(text: string, roll: Roll): string {
  let result = text;
  for (let count = 1 + roll(5); count > 0; count -= 1) {
    result = MUTATIONS[roll(MUTATIONS.length)]?.(result, roll) ?? result;
  }
  return result;
}

/** The text cut off, or with one of its start or end tags lost or doubled. */
export function unbalance(text: string, roll: Roll): string {
  if (roll(4) === 0) return text.slice(0, roll(text.length + 1));
  const isLost = roll(2) === 0;
  return withTag(text, roll, (tag) => (isLost && !tag.endsWith('/>') ? '' : doubled(tag)));
}

/** An element that is empty may come twice, and then there are two. */
function doubled(tag: string): string {
  return tag.endsWith('/>') ? tag : tag + tag;
}

/** The text in pieces of any length, some of them empty; a long text in no more than about a thousand. */
export function pieces(text: string, roll: Roll): readonly string[] {
  const longest = Math.max([1, 7, 100, 20_000][roll(4)] ?? 1, Math.ceil(text.length / 500));
  const found: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = roll(longest + 1);
    found.push(text.slice(at, at + length));
    at += length;
  }
  return found;
}

function splice(text: string, at: number, gone: number, put: string): string {
  return text.slice(0, at) + put + text.slice(at + gone);
}

function partOf(text: string, roll: Roll, length: number): string {
  const at = roll(text.length + 1);
  return text.slice(at, at + length);
}

function withTag(text: string, roll: Roll, change: (tag: string) => string): string {
  const tags = text.split(/(<[^<>]*>)/);
  const at = 2 * roll(Math.ceil(tags.length / 2)) + 1;
  return tags.map((part, index) => (index === at ? change(part) : part)).join('');
}
