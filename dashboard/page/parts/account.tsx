import { useEffect, useId, useState } from 'preact/hooks';
import { remember, remembered } from './remember.ts';

const KEY = 'account';
const NAME = /^[a-z1-5.]{1,12}$/;

/** The visitor's own account, kept in this browser and sent nowhere but to the page's server; '' while none is given. */
export function useAccount(): [string, (account: string) => void] {
  const [account, setAccount] = useState(remembered(KEY) ?? '');
  useEffect(() => remember(KEY, account), [account]);
  return [account, setAccount];
}

export function isAccount(text: string): boolean {
  return NAME.test(text) && !text.endsWith('.');
}

export function AccountField({ account, setAccount }: { account: string; setAccount: (account: string) => void }) {
  const [text, setText] = useState(account);
  const id = useId();
  const isWrong = text !== '' && !isAccount(text);
  return (
    <p class="field">
      <label for={id}>Your account</label>
      <input
        id={id}
        value={text}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={12}
        aria-invalid={isWrong}
        aria-describedby={`${id}-help`}
        onInput={({ currentTarget: { value } }) => {
          setText(value);
          if (value === '' || isAccount(value)) setAccount(value);
        }}
      />
      <span id={`${id}-help`} class="note">
        {isWrong ? 'An account name has up to 12 of a–z, 1–5 and dots.' : 'Kept in this browser.'}
      </span>
    </p>
  );
}
