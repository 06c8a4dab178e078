import { useId, useState } from 'preact/hooks';
import type { ActionAnswer } from '../../api.ts';
import { Copy } from '../parts/copy.tsx';
import { Failure } from '../parts/failure.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { qrPath } from './qr.ts';

export interface WantedAction {
  name: string;
  actor: string;
  data: object;
}

/** How to push an action: the cleos line, the signing link and its QR code. The page itself pushes nothing and holds no key. */
export function ActionPanel({ name, actor, data }: WantedAction) {
  const query = new URLSearchParams({ name, actor, data: JSON.stringify(data) });
  const answer = useAnswer<ActionAnswer>(`api/action?${query}`);
  if (answer.error) return <Failure error={answer.error} />;
  if (!answer.data) return <p class="note">Making the line …</p>;
  const { cleos, esr, qr } = answer.data;
  const { side, path } = qrPath(qr);
  return (
    <div class="panel">
      <Copy label="For a shell" text={cleos} />
      {qr.length > 0 && (
        <svg
          class="qr"
          viewBox={`0 0 ${side} ${side}`}
          role="img"
          aria-label={`QR code of the signing link for ${name}`}
        >
          <rect width={side} height={side} class="qr-paper" />
          <path d={path} class="qr-ink" />
        </svg>
      )}
      <p>
        <a href={esr}>Open in a wallet on this device</a>, or scan the code with one on another.
      </p>
      <Copy label="Signing link" text={esr} />
      <p class="note">The page holds no key and pushes nothing. The wallet shows what it signs: look at it there.</p>
    </div>
  );
}

/** A button that opens the panel of an action, and closes it. */
export function ActionButton({ label, action }: { label: string; action: WantedAction }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <button type="button" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
        {label}
      </button>
      <div id={id}>{isOpen && <ActionPanel {...action} />}</div>
    </>
  );
}
