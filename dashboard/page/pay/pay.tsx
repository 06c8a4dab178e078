import { AccountField, useAccount } from '../parts/account.tsx';
import { Balance } from './balance.tsx';
import { Window } from './window.tsx';
import { Windows } from './windows.tsx';

/** The view of windows and pay; with an item, that window alone. */
export function Pay({ item }: { item: string | null }) {
  const [account, setAccount] = useAccount();
  return (
    <>
      <AccountField account={account} setAccount={setAccount} />
      {item === null ? (
        <>
          <Balance account={account} />
          <Windows />
        </>
      ) : (
        <Window id={item} account={account} />
      )}
    </>
  );
}
