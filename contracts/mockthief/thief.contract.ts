// biome-ignore-all lint: AssemblyScript has other rules
// biome-ignore-all assist: AssemblyScript has other rules
import {
  ActionData,
  Asset,
  Contract,
  check,
  EMPTY_NAME,
  InlineAction,
  Name,
  PermissionLevel,
  requireRecipient,
  Symbol,
  Table,
  TableStore,
} from 'proton-tsc';

// Everything bad that a contract can do to the pool which the pool pays, or whose token it is sent, in one place. It
// holds tokens like a token contract, says what balances it likes, and calls back whenever it hears of a transfer.

const NOTHING: u8 = 0;
const REFUSE: u8 = 1; // to be paid
const CLAIM: u8 = 2; // calls the pool's claim again
const WITHDRAW: u8 = 3; // calls the pool's withdraw again
const FORWARD: u8 = 4; // hands the notification of somebody's transfer on to the pool

@table('accounts')
export class Account extends Table {
  constructor(public balance: Asset = new Asset(0, new Symbol('EOS', 4))) {
    super();
  }

  @primary
  get primary(): u64 {
    return this.balance.symbol.code();
  }
}

@table('stat')
export class Stat extends Table {
  constructor(
    public supply: Asset = new Asset(0, new Symbol('EOS', 4)),
    public max_supply: Asset = new Asset(0, new Symbol('EOS', 4)),
    public issuer: Name = EMPTY_NAME,
  ) {
    super();
  }

  @primary
  get primary(): u64 {
    return this.supply.symbol.code();
  }
}

@table('plan')
export class Plan extends Table {
  constructor(
    public pool: Name = EMPTY_NAME,
    public deed: u8 = NOTHING,
    public account: Name = EMPTY_NAME,
    public token: u64 = 0,
    public quantity: Asset = new Asset(0, new Symbol('EOS', 4)),
  ) {
    super();
  }

  @primary
  get primary(): u64 {
    return 0;
  }
}

@packer
class Claim extends ActionData {
  constructor(
    public account: Name = EMPTY_NAME,
    public token: u64 = 0,
  ) {
    super();
  }
}

@packer
class Withdraw extends ActionData {
  constructor(
    public account: Name = EMPTY_NAME,
    public quantity: Asset = new Asset(),
  ) {
    super();
  }
}

@contract
export class MockThief extends Contract {
  @action('plan')
  plan(pool: Name, deed: u8, account: Name, token: u64, quantity: Asset): void {
    new TableStore<Plan>(this.receiver).set(new Plan(pool, deed, account, token, quantity), this.receiver);
  }

  @action('setbalance')
  setbalance(owner: Name, balance: Asset): void {
    new TableStore<Account>(this.receiver, owner).set(new Account(balance), this.receiver);
    new TableStore<Stat>(this.receiver, new Name(balance.symbol.code())).set(
      new Stat(balance, balance, this.receiver),
      this.receiver,
    );
  }

  // Moves nothing, tells both that it did, and calls back.
  @action('transfer')
  transfer(from: Name, to: Name, quantity: Asset, memo: string): void {
    requireRecipient(from);
    requireRecipient(to);
    this.act();
  }

  @action('transfer', notify)
  received(from: Name, to: Name, quantity: Asset, memo: string): void {
    if (this.firstReceiver == this.receiver || to != this.receiver) return;
    this.act();
  }

  act(): void {
    const plan = new TableStore<Plan>(this.receiver).get(0);
    if (plan == null || plan.deed == NOTHING) return;
    check(plan.deed != REFUSE, 'the thief takes no money');
    const level = new PermissionLevel(this.receiver);
    if (plan.deed == CLAIM) {
      new InlineAction<Claim>('claim').act(plan.pool, level).send(new Claim(plan.account, plan.token));
    } else if (plan.deed == WITHDRAW) {
      new InlineAction<Withdraw>('withdraw').act(plan.pool, level).send(new Withdraw(plan.account, plan.quantity));
    } else if (plan.deed == FORWARD) {
      requireRecipient(plan.pool);
    }
  }
}
