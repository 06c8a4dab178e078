import { setTimeout as sleep } from 'node:timers/promises';
import { splitAddress } from '../common/address.ts';
import type { ChainClient } from '../common/chain.ts';
import type { Clock } from '../common/clock.ts';
import { sentence } from '../common/errors.ts';
import type { PoolEvent } from '../common/events.ts';
import { keyText } from '../common/keys.ts';
import type { Logger } from '../common/logger.ts';
import { stringToName } from '../common/name.ts';
import { SLOT_MS, slotTime, windowOf } from '../common/slot.ts';
import type { Agents } from './agents.ts';
import { Chooser } from './chooser.ts';
import type { EmitterConfig } from './config.ts';
import { type BlockHeader, decodeBlockHeader } from './decode/block.ts';
import { EmitterHttp, type Status } from './http.ts';
import { Journal } from './log/journal.ts';
import type { EventStore } from './log/store.ts';
import { MemberDirectory } from './members.ts';
import { PublicChain } from './public-chain.ts';
import { PublicBranch } from './relay/branch.ts';
import { Frames } from './relay/frames.ts';
import { type LinkContext, MemberLink } from './relay/member-link.ts';
import { candidateKey } from './select/state.ts';
import type { Candidate } from './select/types.ts';
import { dial } from './session/dial.ts';
import type { FrameSocket } from './session/frame-socket.ts';
import { type Listener, listen } from './session/listen.ts';
import { RelaySession } from './session/relay-session.ts';
import { agentsFor } from './standby.ts';
import { Intake, type Outcome } from './verify/intake.ts';
import { Watch } from './watch.ts';

export interface EmitterParts {
  config: EmitterConfig;
  clock: Clock;
  chain: ChainClient;
  store: EventStore;
  logger: Logger;
}

type Refused = Extract<Outcome<MemberLink>, { refused: unknown }>;
type Verified = Extract<Outcome<MemberLink>, { verified: unknown }>;

const SOFTWARE = 'bppool/0.1.0';
const RETRY_MS = 500;

/** Wires the stages: session → decode → verify → select → relay; every step tells the log. */
export class Emitter {
  private readonly parts: EmitterParts;
  private readonly pool: bigint;
  private readonly public: PublicChain;
  private readonly intake: Intake<MemberLink>;
  private readonly chooser: Chooser;
  private readonly frames = new Frames();
  private readonly branch = new PublicBranch();
  private readonly links = new Set<MemberLink>();
  private readonly members: MemberDirectory;
  private readonly journal: Journal;
  private readonly http: EmitterHttp;
  private readonly agents: Agents;
  private readonly watch: Watch;
  private relay: RelaySession | null = null;
  private server: Listener | null = null;
  private sessions = 0;
  private lastFault: string | null = null;

  constructor(parts: EmitterParts) {
    this.parts = parts;
    const { config, chain, clock, store, logger } = parts;
    const onFault = (code: string, text: string) => this.fault(code, text);
    this.pool = stringToName(config.EMITTER_POOL);
    const onLinked = (id: string) => this.settle(this.intake.linked(id));
    this.public = new PublicChain(chain, clock, this.pool, { onLinked, onFault });
    this.intake = new Intake<MemberLink>(this.public.tree);
    this.members = new MemberDirectory(chain, config.EMITTER_DAC);
    this.http = new EmitterHttp(
      () => this.status(),
      (seq, limit) => store.after(seq, limit),
      () => store.lastSeq,
      (request, response, path) => this.agents.handle(request, response, path),
    );
    const onLogFault = (text: string) => this.fault('event_log', text);
    this.journal = new Journal(store, (records) => this.http.publish(records), onLogFault);
    const { journal, members, frames, branch } = this;
    this.watch = new Watch(config, chain, clock, {
      dispatch: (event) => this.chooser.dispatch(event),
      onWindow: () => this.takeTurns(),
      onFault,
    });
    this.chooser = new Chooser({
      ...{ config, clock, logger, journal, members, frames, branch, onFault },
      onSent: (block) => this.watch.acceptance.sent(block),
      onLead: (lead) => this.agents.command(lead),
      onRelease: (release) => this.agents.command(release),
      send: (frame) => this.relay?.send(frame) === true,
      canSend: () => this.relay?.up === true,
      onClosing: (window) => this.settle(this.intake.expire(window)),
    });
    this.agents = agentsFor({ config, logger, members, chooser: this.chooser, chain: this.public, links: this.links });
  }

  /** Resolves when members can connect. Waits for the relay node for as long as it takes. */
  async start(): Promise<void> {
    const { config, clock, logger, store } = this.parts;
    await this.http.listen(config.EMITTER_HTTP);
    const info = await this.reachRelay();
    await this.members.start();
    this.agents.chainId = info.chain_id;
    const head = await this.public.seedAtHead();
    this.chooser.dispatch({ type: 'public', at: this.chooser.now(), block: head, pool: false });
    await this.watch.start();
    const strategy = this.chooser.strategyNow();
    const start = { pool: config.EMITTER_POOL, chain: info.chain_id, software: SOFTWARE, strategy };
    this.journal.tell(null, { type: 'start', at: this.chooser.now(), ...start });
    this.chooser.restore(store);
    this.relay = new RelaySession({
      address: config.EMITTER_RELAY_P2P,
      chainId: info.chain_id,
      clock,
      head: () => this.relayHead(),
      onBlock: (frame) => this.onRelayFrame(frame),
      onState: (up, reason) => this.onRelayState(up, reason),
    });
    this.relay.start();
    const { host, port } = splitAddress(config.EMITTER_LISTEN);
    this.server = await listen(host, port, (socket) => this.onMember(socket));
    logger.info({ listen: config.EMITTER_LISTEN, relay: config.EMITTER_RELAY_P2P }, 'started');
  }

  stop(): void {
    this.chooser.stop();
    this.agents.stop();
    this.members.stop();
    this.watch.stop();
    this.server?.close();
    for (const link of this.links) link.close('emitter_stops');
    this.relay?.stop();
    this.journal.write();
    this.http.close();
  }

  private async reachRelay() {
    for (let tries = 0; ; tries++) {
      try {
        return await this.parts.chain.info();
      } catch (thrown) {
        if (tries % 20 === 0) this.parts.logger.warn(`waiting for the relay node: ${sentence(thrown)}`);
        await sleep(RETRY_MS);
      }
    }
  }

  private async relayHead() {
    const info = await this.parts.chain.info();
    const { last_irreversible_block_num: libNum, last_irreversible_block_id: libId } = info;
    return { libNum, libId, headNum: info.head_block_num, headId: info.head_block_id };
  }

  private onRelayState(up: boolean, reason: string): void {
    this.parts.logger[up ? 'info' : 'error']({ reason }, up ? 'relay node connected' : 'relay node lost');
    if (!up) this.watch.acceptance.forget();
    if (!up) this.fault('relay_lost', `the session with the relay node ended: ${reason}`);
  }

  private onRelayFrame(frame: Buffer): void {
    const header = decodeBlockHeader(frame);
    if (header.ok) this.onPublicBlock(frame, header.value);
    else this.fault(header.code, 'the relay node sent a block that cannot be decoded');
  }

  private onPublicBlock(frame: Buffer, header: BlockHeader): void {
    if (this.frames.sawPublic(header.id)) return;
    const { id, num, slot, previous } = header;
    const { chooser } = this;
    this.watch.acceptance.knows(id, previous);
    this.public.follow(header, chooser.tip);
    const pool = header.producer === this.pool;
    if (pool) this.branch.add({ id, slot, frame: Buffer.from(frame) });
    const at = chooser.now();
    chooser.dispatch({ type: 'public', at, block: { id, num, slot, previous }, pool });
    this.takeTurns();
  }

  private takeTurns(): void {
    const { chooser } = this;
    for (const window of this.public.newTurns(chooser.tip))
      chooser.dispatch({ type: 'turn', at: chooser.now(), window });
  }

  private onMember(socket: FrameSocket): void {
    const relay = dial(this.parts.config.EMITTER_RELAY_P2P);
    const link = new MemberLink(++this.sessions, socket, relay, this.linkContext());
    this.links.add(link);
    this.tellConnection(link, true, socket.remote);
  }

  private linkContext(): LinkContext {
    return {
      pool: this.pool,
      now: () => this.parts.clock.now(),
      isPoolWindow: (window) => this.public.isPoolWindow(window, this.chooser.tip),
      publicTip: () => this.chooser.tip,
      isPrivate: (id) => this.frames.isPrivate(id, this.chooser.state.emittedIds),
      branch: (window) => this.branch.of(window),
      mayProduce: (signer) => this.agents.mayProduce(signer),
      onCandidate: (link, frame, header) => this.onCandidate(link, frame, header),
      onPublicBlock: (frame, header) => this.onPublicBlock(frame, header),
      onFault: (link, code) => this.fault(code, `session ${link.session} (${link.remote}) was closed: ${code}`),
      onClose: (link, reason) => this.onLinkClosed(link, reason),
    };
  }

  private onLinkClosed(link: MemberLink, reason: string): void {
    this.links.delete(link);
    this.intake.forget(link);
    this.tellConnection(link, false, reason);
    if (link.signer) this.tellMember(link.signer, false);
  }

  private onCandidate(link: MemberLink, frame: Buffer, header: BlockHeader): void {
    // The frame can be a view of a chunk many times its size, and is kept for some windows: a copy.
    const copy = Buffer.from(frame);
    const arrival = { session: link, frame: copy, header, at: this.chooser.now(), monotonic: performance.now() };
    this.frames.sawCandidate(header.id);
    this.settle(this.intake.take(arrival));
  }

  private settle(outcomes: Outcome<MemberLink>[]): void {
    for (const outcome of outcomes) {
      if ('refused' in outcome) this.onRefused(outcome);
      else this.onVerified(outcome);
    }
  }

  private onRefused({ arrival, refused, signer }: Refused): void {
    // Old blocks are answers to sync requests, not proposals.
    if (refused === 'stale') return;
    const { session } = arrival;
    if (refused === 'foreign_key' && signer) {
      const what = `session ${session.session} (${session.remote}) signs with ${keyText(signer)}`;
      this.parts.logger.warn(`${what}, which is not in the active schedule: is that member admitted, its key current?`);
    }
    this.tellCandidate(arrival, { signer, transactions: 0, cpuUs: 0, verdict: 'invalid', reason: refused });
  }

  private onVerified({ arrival, verified }: Verified): void {
    const { session, header, frame, at, monotonic } = arrival;
    const { signer, transactions, cpuUs } = verified;
    const { id, num, slot, previous, confirmed } = header;
    if (!this.frames.keep(candidateKey({ id, signer }), { slot, frame, monotonic })) return;
    this.identify(session, signer);
    const late = at > slotTime(slot) + SLOT_MS;
    const verdict = late ? 'late' : 'valid';
    this.tellCandidate(arrival, { signer, transactions, cpuUs, verdict, reason: late ? 'late' : null });
    const content = { cpuUs, transactions, bytes: frame.length };
    const candidate: Candidate = { id, num, slot, previous, signer, confirmed, ...content, arrivedMs: at, late };
    this.chooser.dispatch({ type: 'candidate', at: this.chooser.now(), candidate });
  }

  /** A connection is whose new candidates come on it: a member can also pass on blocks of others. */
  private identify(session: MemberLink, signer: string): void {
    if (session.signer === signer) return;
    if (session.signer) this.tellMember(session.signer, false);
    session.signer = signer;
    this.tellConnection(session, true, 'identified');
    this.tellMember(signer, true);
  }

  private tellMember(signer: string, up: boolean): void {
    this.chooser.dispatch({ type: 'member', at: this.chooser.now(), signer, up });
  }

  private tellCandidate(
    { header, frame, at }: { header: BlockHeader; frame: Buffer; at: number },
    said: Pick<Extract<PoolEvent, { type: 'candidate' }>, 'signer' | 'transactions' | 'cpuUs' | 'verdict' | 'reason'>,
  ): void {
    const { slot, id, num, previous } = header;
    const member = this.members.account(said.signer);
    const event = { type: 'candidate', at, slot, id, num, previous, member, bytes: frame.length, ...said } as const;
    this.journal.tell(windowOf(slot), event);
  }

  private tellConnection(link: MemberLink, up: boolean, reason: string): void {
    const { session, signer } = link;
    const member = this.members.account(signer);
    this.journal.tell(null, { type: 'connection', at: this.chooser.now(), session, signer, member, up, reason });
    this.parts.logger.info({ session, member, up, reason }, 'member connection');
  }

  private fault(code: string, text: string): void {
    this.lastFault = `${code}: ${text}`;
    this.parts.logger.error({ code }, text);
    if (code !== 'event_log') this.journal.tell(null, { type: 'fault', at: this.chooser.now(), code, text });
  }

  private status(): Status {
    const reasons: string[] = [];
    if (!this.relay?.up) reasons.push('no session with the relay node');
    if (!this.server?.listening) reasons.push('not listening for members yet');
    const { tip, window } = this.chooser.state;
    const sessions = [...this.links].map(({ session, remote, signer }) => {
      return { session, remote, signer, member: this.members.account(signer) };
    });
    const running = window && { id: window.id, leader: window.leader, rescues: window.rescues };
    const log = { seq: this.parts.store.lastSeq };
    const shown = { tip, window: running, sessions, agents: this.agents.status(), log, lastFault: this.lastFault };
    return { ready: reasons.length === 0, reasons, ...shown };
  }
}
