/** `1 message`, `2 messages`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * Messages a week with one decimal place, the same wherever one is shown: so that two of them can be compared, and one is
 * known again. What is more than nothing is never shown as 0.
 */
export function rateText(messages: number): string {
  const rounded = Math.round(messages * 10) / 10;
  return String(messages > 0 ? Math.max(0.1, rounded) : rounded);
}
