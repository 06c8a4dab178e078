import { useState } from 'preact/hooks';

/** A text to copy: shown whole, with a button. `label` says what it is. */
export function Copy({ text, label }: { text: string; label: string }) {
  const [state, setState] = useState<'' | 'copied' | 'failed'>('');
  const copy = () => {
    setState('');
    // Without TLS there is no clipboard, except on this machine.
    const written = navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject(new Error('none'));
    written.then(
      () => setState('copied'),
      () => setState('failed'),
    );
  };
  return (
    <figure class="copy">
      <figcaption>
        {label}{' '}
        <button type="button" onClick={copy}>
          Copy<span class="hidden"> {label}</span>
        </button>{' '}
        <span role="status" class="note">
          {state === 'copied' && 'Copied.'}
          {state === 'failed' && 'The browser does not let this page copy: mark the text and copy it.'}
        </span>
      </figcaption>
      <pre>{text}</pre>
    </figure>
  );
}
