/** An HTTP date (RFC 9110 5.6.7); Date.parse alone takes almost anything for one. */
const HTTP_DATE = /^[A-Z][a-z]+, .+ GMT$/;

/** Milliseconds from a Retry-After header: seconds or a date (RFC 9110 10.2.3). Null: it says nothing usable. `now` is in ms. */
export function retryAfter(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** Milliseconds until a moment in seconds since 1970, as limits of their own headers tell it; null as above. `now` is in ms. */
export function untilReset(header: string | null, now: number): number | null {
  if (header === null || !/^\d{1,12}$/.test(header.trim())) return null;
  return Math.max(0, Number(header) * 1000 - now);
}
