import { useEffect, useRef } from 'preact/hooks';
import { Wide } from '../parts/wide.tsx';
import { type Books, barOf, grouped, PARTS } from './books.ts';

/** A token's books as one bar whose parts add up to the balance, with the figures beside it. */
export function BooksBar({ books }: { books: Books }) {
  const { parts, sum, verdict, isEven } = barOf(books);
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Set by script and not as an attribute, which the page's policy refuses.
    for (const [index, { permille }] of parts.entries()) {
      const element = bar.current?.children[index];
      if (element instanceof HTMLElement) element.style.flexGrow = String(permille);
    }
  }, [parts]);
  return (
    <figure class="books">
      <div class="books-bar" ref={bar} role="img" aria-label={`${books.symbol}: ${verdict}`}>
        {parts.map(({ name, permille }) => (
          <div key={name} class={`part-${name}`} hidden={permille === 0} />
        ))}
      </div>
      <figcaption class={isEven ? 'is-good' : 'is-bad'}>{verdict}</figcaption>
      <Wide label="Books">
        <table>
          <thead>
            <tr>
              <th scope="col">Part</th>
              <th scope="col">Meaning</th>
              <th scope="col" class="number">
                {books.symbol}
              </th>
            </tr>
          </thead>
          <tbody>
            {parts.map(({ name, amount }, index) => (
              <tr key={name}>
                <th scope="row">
                  <span class={`swatch part-${name}`} /> {name}
                </th>
                <td>{PARTS[index]?.meaning}</td>
                <td class="number">{grouped(amount)}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">sum</th>
              <td />
              <td class="number">{grouped(sum)}</td>
            </tr>
            <tr>
              <th scope="row">balance</th>
              <td>what the accounts hold</td>
              <td class="number">{grouped(books.balance)}</td>
            </tr>
          </tbody>
        </table>
      </Wide>
    </figure>
  );
}
