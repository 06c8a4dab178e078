/** Where a transaction is shown; null without an explorer. */
export function explorerLink(template: string | null, trx: string): string | null {
  return template !== null && /^[0-9a-f]{64}$/.test(trx) ? template.replace('{trx}', trx) : null;
}
