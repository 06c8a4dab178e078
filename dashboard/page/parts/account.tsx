import { useEffect, useState } from 'preact/hooks';
import { Field } from './field.tsx';
import { remember, remembered } from './remember.ts';
import { isAccount } from './words.ts';

const KEY = 'account';

/** The visitor's own account, kept in this browser and sent nowhere but to the page's server; '' while none is given. */
export function useAccount(): [string, (account: string) => void] {
  const [account, setAccount] = useState(remembered(KEY) ?? '');
  useEffect(() => remember(KEY, account), [account]);
  return [account, setAccount];
}

export function AccountField({ account, setAccount }: { account: string; setAccount: (account: string) => void }) {
  const [text, setText] = useState(account);
  const isWrong = text !== '' && !isAccount(text);
  const set = (value: string) => {
    setText(value);
    if (value === '' || isAccount(value)) setAccount(value);
  };
  return (
    <Field
      label="Your account"
      value={text}
      set={set}
      help="Kept in this browser."
      problem={isWrong ? 'An account name has up to 12 of a–z, 1–5 and dots.' : null}
    />
  );
}
