export function Governance(_: { item: string | null }) {
  return null;
}
