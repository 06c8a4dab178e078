import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ChainClient } from '../../common/chain.ts';
import { privateKeyBytes } from '../../common/keys.ts';
import { stringToName } from '../../common/name.ts';
import { signDigest } from '../../common/signature.ts';
import { prepareNode } from '../../devnet/nodeos.ts';
import { reservePorts } from '../../devnet/ports.ts';
import { Supervisor, whenReady } from '../../devnet/supervisor.ts';
import { findTools } from '../../devnet/tools.ts';
import { type BlockHeader, decodeBlockHeader } from '../../emitter/decode/block.ts';
import { MESSAGE, messageType } from '../../emitter/decode/message.ts';
import { HeaderTree } from '../../emitter/verify/header-tree.ts';
import { readHeaderState } from '../../emitter/verify/seed.ts';
import type { Box } from './box.ts';
import { DelayProxy } from './delay-proxy.ts';
import { until } from './processes.ts';

/** What nodeos logs of a block whose signature is by no key of its producer's. Source: Leap block_header_state.cpp, `verify_signee`. */
const REFUSAL = /bad block exception .*Block is not signed with expected key \(3030008\)/;

export const TAKEN = 'taken';

/** One block of the pool that the witness has not seen, for which its parent is the head. */
interface Held {
  header: BlockHeader;
  frame: Buffer;
}

/**
 * A real node of no producer that knows the chain through one connection only, on which the test may keep a block of the pool
 * back and offer it under another signature instead. The id does not cover the signature, so all else of the block is right.
 */
export class Witness {
  readonly chain: ChainClient;
  readonly #log: string;
  readonly #proxy: DelayProxy;
  readonly #pool: bigint;
  #held: Held | undefined;
  #keepFrom = Number.POSITIVE_INFINITY;

  private constructor(chain: ChainClient, log: string, proxy: DelayProxy, pool: string) {
    this.chain = chain;
    this.#log = log;
    this.#proxy = proxy;
    this.#pool = stringToName(pool);
    proxy.rule = (frame, way) =>
      way === 'down' && messageType(frame) === MESSAGE.signedBlock ? this.#look(frame) : 'pass';
  }

  /** Waits until it has followed the network to its head. */
  static async start(box: Box, dir: string, after: (end: () => Promise<void>) => void): Promise<Witness> {
    const supervisor = new Supervisor();
    const ports = await reservePorts(1);
    const from = box.run.nodes.find(({ role }) => role === 'producer')?.p2p as string;
    const proxy = await new DelayProxy({ target: from }).start();
    after(async () => {
      await supervisor.stopAll();
      proxy.stop();
      ports.release();
    });
    mkdirSync(path.join(dir, 'logs'));
    const spec = prepareNode(findTools(), {
      plan: { name: 'witness', role: 'relay', apiPort: ports.base, p2pPort: null },
      ...{ dir, genesis: path.join(box.dir, 'genesis.json'), clockFile: path.join(box.dir, 'clock') },
      ...{ peers: [proxy.address], producers: [], signingKeys: [], bootstrap: false },
    });
    const chain = new ChainClient(`http://127.0.0.1:${ports.base}`);
    const witness = new Witness(chain, spec.log, proxy, box.run.pool);
    await whenReady(await supervisor.start(spec), () => chain.info());
    await witness.#follow(box);
    return witness;
  }

  /** Keeps back the first block of the pool in a slot from this one on, and all that follow it. */
  async hold(fromSlot: number): Promise<BlockHeader> {
    this.#keepFrom = fromSlot;
    await until('a block of the pool', () => this.#held !== undefined);
    const { header } = this.#held as Held;
    await until("the block's parent", async () => (await this.head()) === header.previous);
    return header;
  }

  /** Offers the block that is kept back under the signature of this private key: it becomes the head, or the log says why not. */
  async offer(secret: string): Promise<string> {
    const { header, frame } = this.#held as Held;
    const signed = await this.#signed(header, frame, secret);
    const before = this.#refusals().length;
    await until('a connection', () => this.#proxy.link !== undefined);
    this.#proxy.link?.write('down', signed);
    let answer = '';
    await until('an answer', async () => {
      answer = (await this.head()) === header.id ? TAKEN : (this.#refusals()[before] ?? '');
      return answer !== '';
    });
    return answer;
  }

  /** Lets it follow the network again. */
  async release(box: Box): Promise<void> {
    this.#keepFrom = Number.POSITIVE_INFINITY;
    this.#held = undefined;
    this.#proxy.cut();
    await this.#follow(box);
  }

  #look(frame: Buffer): 'pass' | 'drop' {
    if (this.#held) return 'drop';
    const decoded = decodeBlockHeader(frame);
    if (!decoded.ok || decoded.value.producer !== this.#pool || decoded.value.slot < this.#keepFrom) return 'pass';
    this.#held = { header: decoded.value, frame: Buffer.from(frame) };
    return 'drop';
  }

  async #signed(header: BlockHeader, frame: Buffer, secret: string): Promise<Buffer> {
    const tree = new HeaderTree(2);
    tree.add(await readHeaderState(this.chain, header.previous));
    const linked = tree.link(header);
    if (!linked.ok) throw new Error(`the block that is kept back is none of the pool's: ${linked.code}`);
    const signed = Buffer.from(frame);
    signDigest(linked.digest, privateKeyBytes(secret)).copy(signed, header.headerEnd + 1); // behind the type of the signature
    return signed;
  }

  /** Id of its newest block. */
  async head(): Promise<string> {
    return (await this.chain.info()).head_block_id;
  }

  async #follow(box: Box): Promise<void> {
    await until('the witness at the head', async () => {
      const [own, network] = await Promise.all([this.chain.info(), box.chain.info()]);
      return own.head_block_num >= network.head_block_num - 1;
    });
  }

  #refusals(): string[] {
    return readFileSync(this.#log, 'utf8')
      .split('\n')
      .filter((line) => REFUSAL.test(line));
  }
}
