import { useId } from 'preact/hooks';

export interface FieldProps {
  label: string;
  value: string;
  set: (value: string) => void;
  /** Shown below it while nothing is wrong. */
  help?: string;
  /** What is wrong, in one sentence. */
  problem?: string | null;
}

/** A line of a form: label, field, help or what is wrong. */
export function Field({ label, value, set, help = '', problem = null }: FieldProps) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        value={value}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-help`}
        onInput={({ currentTarget }) => set(currentTarget.value.trim())}
      />
      <span id={`${id}-help`} class={problem === null ? 'note' : 'is-bad'}>
        {problem ?? help}
      </span>
    </p>
  );
}
