// biome-ignore-all lint: AssemblyScript has other rules
// biome-ignore-all assist: AssemblyScript has other rules
import {
  ActionData,
  Asset,
  Contract,
  check,
  currentTimeSec,
  EMPTY_NAME,
  InlineAction,
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
// pays a reward that a test sets, at most once a day.

const DAY: u32 = 86400;

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
    const claimed: u32 = known == null ? currentTimeSec() - DAY : known!.claimed;
    this.producers.set(new Producer(producer, producer_authority, url, location, true, claimed), producer);
  }

  @action('unregprod')
  unregprod(producer: Name): void {
    requireAuth(producer);
    const row = this.producers.requireGet(producer.N, 'producer not found');
    row.active = false;
    this.producers.update(row, SAME_PAYER);
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
