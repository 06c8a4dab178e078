/** A table as RFC 4180 has it, with a header and lines that end in CRLF. */
export function csvOf(header: string[], rows: (string | number | boolean | null)[][]): string {
  return [header, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** A text that a spreadsheet would compute gets an apostrophe in front: strategies and names come from a chain that anybody writes to. */
function field(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = typeof value === 'string' && /^[=+@\t\r-]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
