/** Longest text of a cause that is told: some errors quote what they choked on. */
const LONGEST = 200;

/** What was at the bottom of an error, in one line for people: the message of the innermost one, without passwords. */
export function rootCause(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  const text = oneLine(textOf(inner)).replaceAll(/:\/\/[^\s@]*@/g, '://…@');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Some errors of Node have a code only, such as ECONNREFUSED. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.message !== '') return error.message;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}
