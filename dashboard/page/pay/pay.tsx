export function Pay(_: { item: string | null }) {
  return null;
}
