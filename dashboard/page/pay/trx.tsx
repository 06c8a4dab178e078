import { explorerLink } from './explorer.ts';

/** A transaction's id, as a link where an explorer is set. */
export function Trx({ id, explorer }: { id: string; explorer: string | null }) {
  const link = explorerLink(explorer, id);
  const short = <code title={id}>{id.slice(0, 12)}…</code>;
  return link === null ? (
    short
  ) : (
    <a href={link} rel="noreferrer noopener" target="_blank">
      {short}
      <span class="hidden"> (at a block explorer, in a new window)</span>
    </a>
  );
}
