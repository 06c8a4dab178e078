import type { ComponentChildren } from 'preact';

/** What may be wider than a small window: it scrolls by itself, by keyboard too, and the page does not. `label`: what it is. */
export function Wide({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
    <section class="wide" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
