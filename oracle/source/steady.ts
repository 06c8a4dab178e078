import { PoolError } from '../../common/errors.ts';
import type { Block, BlockSource } from './source.ts';

/** An irreversible block that was seen, and on which chain. */
export interface LibMark {
  chain: string;
  num: number;
  id: string;
}

/** Where the newest mark is kept; it outlives the process. */
export interface LibMemory {
  libMark(): LibMark | null;
  rememberLib(mark: LibMark): void;
}

/**
 * A source whose last irreversible block never goes back: what is irreversible stays, so a node that says otherwise has been
 * put back to an older state, or onto another chain, and nothing may be concluded from it.
 */
export class SteadyBlocks implements BlockSource {
  private readonly source: BlockSource;
  private readonly chainId: () => Promise<string>;
  private readonly memory: LibMemory;

  constructor(source: BlockSource, chainId: () => Promise<string>, memory: LibMemory) {
    this.source = source;
    this.chainId = chainId;
    this.memory = memory;
  }

  /** Throws PoolError `other_chain` or `chain_behind` besides what the source throws. */
  async irreversible(): Promise<Block> {
    const [chain, block] = await Promise.all([this.chainId(), this.source.irreversible()]);
    const mark = this.memory.libMark();
    if (mark) await this.check(mark, chain, block);
    if (!mark || block.num > mark.num) this.memory.rememberLib({ chain, num: block.num, id: block.id });
    return block;
  }

  block(num: number): Promise<Block> {
    return this.source.block(num);
  }

  private async check(mark: LibMark, chain: string, block: Block): Promise<void> {
    if (chain !== mark.chain) {
      throw refused('other_chain', `the node is on chain ${chain}, and this oracle works on ${mark.chain}`);
    }
    if (block.num < mark.num) {
      const text = `the node's last irreversible block is ${block.num}, and it was ${mark.num} before: it goes through an older state`;
      throw new PoolError('chain_behind', `${text}; nothing is reported until it has caught up`);
    }
    const known = block.num === mark.num ? block.id : await this.idOf(mark.num);
    if (known === null || known === mark.id) return;
    throw refused('other_chain', `block ${mark.num} was irreversible as ${mark.id}, and the node now has ${known}`);
  }

  /** null when the node does not have that block any more: it was begun from a newer snapshot. */
  private async idOf(num: number): Promise<string | null> {
    try {
      return (await this.source.block(num)).id;
    } catch (thrown) {
      if (thrown instanceof PoolError && thrown.code === 'chain') return null;
      throw thrown;
    }
  }
}

function refused(code: string, why: string): PoolError {
  return new PoolError(
    code,
    `${why}; nothing is reported until ORACLE_CHAIN_API names a node of the same chain as before`,
  );
}
