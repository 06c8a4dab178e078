/** Web addresses, and hosts with a port: names with a dot, IPv4 and bracketed IPv6 ones, and localhost. */
const ADDRESS =
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s"',;)]+|(?:\[[0-9a-f:.]+\]|\b(?:\d{1,3}(?:\.\d{1,3}){3}|localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+))(?::\d{1,5})?\b/gi;

/** A sentence without the addresses in it, for everybody's eyes. Account names with dots go too: better one too many. */
export function withoutAddresses(text: string): string {
  return text.replace(ADDRESS, '(hidden)');
}
