// biome-ignore-all lint: AssemblyScript has other rules
// biome-ignore-all assist: AssemblyScript has other rules
import {
  ActionData,
  Asset,
  Checksum256,
  Contract,
  check,
  currentTimeSec,
  EMPTY_NAME,
  InlineAction,
  KeyWeight,
  Name,
  PermissionLevel,
  requireAuth,
  SAME_PAYER,
  Symbol,
  Table,
  TableStore,
} from 'proton-tsc';
import { BlockAuth, BlockAuthV0 } from './auth';

// A stand-in of eosio.system for the emulator, which cannot load the real one: it records what the pool registers and
// the authorities it sets, and pays a reward that a test sets, at most once a day. The same code stands in for eosio.msig.

const DAY: u32 = 86400;

// The library's own classes for these cannot be described by its ABI generator.
@packer
class Level extends ActionData {
  constructor(
    public actor: Name = EMPTY_NAME,
    public permission: Name = EMPTY_NAME,
  ) {
    super();
  }
}

@packer
class LevelWeight extends ActionData {
  constructor(
    public permission: Level = new Level(),
    public weight: u16 = 0,
  ) {
    super();
  }
}

@packer
class WaitWeight extends ActionData {
  constructor(
    public wait_sec: u32 = 0,
    public weight: u16 = 0,
  ) {
    super();
  }
}

@packer
class Authority extends ActionData {
  constructor(
    public threshold: u32 = 0,
    public keys: KeyWeight[] = [],
    public accounts: LevelWeight[] = [],
    public waits: WaitWeight[] = [],
  ) {
    super();
  }
}

@table('producers')
export class Producer extends Table {
  constructor(
    public owner: Name = EMPTY_NAME,
    public authority: BlockAuth = BlockAuth.new<BlockAuthV0>(new BlockAuthV0()),
    public url: string = '',
    public location: u16 = 0,
    public active: boolean = true,
    public claimed: u32 = 0,
  ) {
    super();
  }

  @primary
  get primary(): u64 {
    return this.owner.N;
  }
}

@table('reward')
export class Reward extends Table {
  constructor(
    public token: Name = EMPTY_NAME,
    public quantity: Asset = new Asset(0, new Symbol('EOS', 4)),
  ) {
    super();
  }

  @primary
  get primary(): u64 {
    return 0;
  }
}

@table('auths')
export class Permission extends Table {
  constructor(
    public id: u64 = 0,
    public account: Name = EMPTY_NAME,
    public permission: Name = EMPTY_NAME,
    public parent: Name = EMPTY_NAME,
    public auth: Authority = new Authority(),
  ) {
    super();
  }

  @primary
  get primary(): u64 {
    return this.id;
  }
}

@table('approvals')
export class Approval extends Table {
  constructor(
    public id: u64 = 0,
    public proposer: Name = EMPTY_NAME,
    public proposal: Name = EMPTY_NAME,
    public actor: Name = EMPTY_NAME,
    public permission: Name = EMPTY_NAME,
    public hash: Checksum256 = new Checksum256(),
  ) {
    super();
  }

  @primary
  get primary(): u64 {
    return this.id;
  }
}

@packer
class Transfer extends ActionData {
  constructor(
    public from: Name = EMPTY_NAME,
    public to: Name = EMPTY_NAME,
    public quantity: Asset = new Asset(),
    public memo: string = '',
  ) {
    super();
  }
}

@contract
export class MockSystem extends Contract {
  producers: TableStore<Producer> = new TableStore<Producer>(this.receiver);
  rewards: TableStore<Reward> = new TableStore<Reward>(this.receiver);

  @action('regproducer2')
  regproducer2(producer: Name, producer_authority: BlockAuth, url: string, location: u16): void {
    requireAuth(producer);
    const known = this.producers.get(producer.N);
    const claimed: u32 = known == null ? currentTimeSec() - DAY : known.claimed;
    this.producers.set(new Producer(producer, producer_authority, url, location, true, claimed), producer);
  }

  @action('unregprod')
  unregprod(producer: Name): void {
    requireAuth(producer);
    const row = this.producers.requireGet(producer.N, 'producer not found');
    row.active = false;
    this.producers.update(row, SAME_PAYER);
  }

  @action('updateauth')
  updateauth(account: Name, permission: Name, parent: Name, auth: Authority): void {
    requireAuth(account);
    const table = new TableStore<Permission>(this.receiver);
    const id = account.N ^ permission.N;
    table.set(new Permission(id, account, permission, parent, auth), this.receiver);
  }

  @action('approve')
  approve(proposer: Name, proposal_name: Name, level: Level, proposal_hash: Checksum256): void {
    requireAuth(level.actor);
    const table = new TableStore<Approval>(this.receiver);
    const id = table.availablePrimaryKey;
    table.store(new Approval(id, proposer, proposal_name, level.actor, level.permission, proposal_hash), this.receiver);
  }

  @action('setreward')
  setreward(token: Name, quantity: Asset): void {
    requireAuth(this.receiver);
    this.rewards.set(new Reward(token, quantity), this.receiver);
  }

  @action('claimrewards')
  claimrewards(owner: Name): void {
    requireAuth(owner);
    const row = this.producers.requireGet(owner.N, 'producer not found');
    check(currentTimeSec() - row.claimed >= DAY, 'already claimed rewards within past day');
    row.claimed = currentTimeSec();
    this.producers.update(row, SAME_PAYER);
    const reward = this.rewards.get(0);
    if (reward == null) return;
    const pay = new InlineAction<Transfer>('transfer');
    pay
      .act(reward.token, new PermissionLevel(this.receiver))
      .send(new Transfer(this.receiver, owner, reward.quantity, 'producer pay'));
  }
}
