// biome-ignore-all lint: AssemblyScript has other rules
// biome-ignore-all assist: AssemblyScript has other rules
import {
  ActionData,
  Checksum256,
  Contract,
  check,
  EMPTY_NAME,
  hasAuth,
  IDX64,
  InlineAction,
  MultiIndex,
  Name,
  PermissionLevel,
  recoverKey,
  requireAuth,
  requireRecipient,
  Signature,
  Table,
  TableStore,
} from 'proton-tsc';

// Asks the chain it runs on what an emulator may answer otherwise than a node: each action succeeds or is refused by that.

const LAST: u64 = 9;

@table('pairs')
export class Pair extends Table {
  constructor(
    public id: u64 = 0,
    public number: u64 = 0,
  ) {
    super();
  }

  @primary
  get primary(): u64 {
    return this.id;
  }

  @secondary
  get byNumber(): u64 {
    return this.number;
  }

  set byNumber(value: u64) {
    this.number = value;
  }
}

@table('rows')
export class Plain extends Table {
  constructor(public id: u64 = 0) {
    super();
  }

  @primary
  get primary(): u64 {
    return this.id;
  }
}

@packer
class Nothing extends ActionData {
  constructor() {
    super();
  }
}

@contract
export class MockProbe extends Contract {
  handled: bool = false;

  finalize(): void {
    if (this.receiver == this.firstReceiver) check(this.handled, 'an inline action that the ABI does not have was run');
  }

  // Tells another account with this code, which asks whether who signed has authority there.
  @action('tell')
  tell(whom: Name, by: Name): void {
    this.handled = true;
    requireRecipient(whom);
  }

  @action('tell', notify)
  heard(whom: Name, by: Name): void {
    if (this.firstReceiver == this.receiver) return;
    check(hasAuth(by), 'who signed has no authority in the notification');
  }

  @action('permit')
  permit(account: Name): void {
    this.handled = true;
    requireAuth(account);
  }

  @action('bill')
  bill(id: u64, payer: Name): void {
    this.handled = true;
    new TableStore<Plain>(this.receiver).store(new Plain(id), payer);
  }

  @action('erase')
  erase(id: u64, fail: boolean): void {
    this.handled = true;
    const rows = new TableStore<Plain>(this.receiver);
    rows.remove(rows.requireGet(id, 'the row is lost'));
    check(!fail, 'refused after it was erased');
  }

  // Of many 7 and a 9 the first that is above 7 is the 9.
  @action('upper')
  upper(): void {
    this.handled = true;
    const pair = new Pair();
    const indexes = pair.getTableIndexes(this.receiver, this.receiver);
    const pairs = new MultiIndex<Pair>(this.receiver, this.receiver, pair.getTableName(), indexes);
    for (let id: u64 = 1; id < LAST; id++) pairs.store(new Pair(id, 7), this.receiver);
    pairs.store(new Pair(LAST, 9), this.receiver);
    const found = (indexes[0] as IDX64).upperBound(7);
    check(found.primary == LAST, 'the first above 7 is said to be a 7');
  }

  @action('inline')
  inline(): void {
    this.handled = true;
    new InlineAction<Nothing>('nosuch').act(this.receiver, new PermissionLevel(this.receiver)).send(new Nothing());
  }

  @action('recover')
  recover(digest: Checksum256, proof: Signature): void {
    this.handled = true;
    recoverKey(digest, proof);
  }
}
