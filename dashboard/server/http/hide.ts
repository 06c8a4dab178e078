/** Web addresses; hosts with a port; IPv4 and bracketed IPv6 addresses. Account names, which can have dots, and amounts are none. */
const ADDRESS =
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s"',;)]+|\[[0-9a-f:.]+\](?::\d{1,5})?|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b|\b(?=[a-z0-9.-]*[a-z])[a-z0-9-]+(?:\.[a-z0-9-]+)*:\d{1,5}\b/gi;

/** A sentence without the addresses in it, for everybody's eyes. */
export function withoutAddresses(text: string): string {
  return text.replace(ADDRESS, '(hidden)');
}
