/** Whether JSON is a TLS report (RFC 8460 4.4), by how it begins. */
export function isTlsReport(head: Buffer): boolean {
  const start = head.toString('utf8', 0, 16 * 1024);
  return (
    /"organization-name"\s*:/.test(start) || (/"policies"\s*:/.test(start) && /"policy-type"\s*:/.test(start))
  );
}
