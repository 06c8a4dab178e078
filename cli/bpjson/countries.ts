/** Whether two capital letters are a country of ISO 3166-1: what the runtime's own data has a name for. */
export function isCountry(code: string): boolean {
  const name = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }).of(code);
  return name !== undefined && !NO_COUNTRIES.includes(code);
}

/** Regions that have a name and are no country: the union, the zone of the euro, the nations, outlying Oceania, an unknown one, pseudo ones. */
const NO_COUNTRIES = ['EU', 'EZ', 'UN', 'QO', 'ZZ', 'XA', 'XB'];

/** English name of a country. */
export function countryName(code: string): string {
  return new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code;
}
