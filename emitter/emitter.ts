import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainClient } from '../common/chain.ts';
import type { Clock } from '../common/clock.ts';
import { sentence } from '../common/errors.ts';
import type { PoolEvent } from '../common/events.ts';
import { keyText } from '../common/keys.ts';
import type { Logger } from '../common/logger.ts';
import { stringToName } from '../common/name.ts';
import { firstSlot, SLOT_MS, slotTime, windowOf } from '../common/slot.ts';
import type { EmitterConfig } from './config.ts';
import { type BlockHeader, decodeBlockHeader } from './decode/block.ts';
import { EmitterHttp, type Status } from './http.ts';
import { LIMITS } from './limits.ts';
import { Journal } from './log/journal.ts';
import type { EventStore } from './log/store.ts';
import { MemberDirectory } from './members.ts';
import { PublicBranch } from './relay/branch.ts';
import { Frames } from './relay/frames.ts';
import { type LinkContext, MemberLink } from './relay/member-link.ts';
import { reduce } from './select/reducer.ts';
import { candidateKey, initialState, type SelectState } from './select/state.ts';
import type { Strategy } from './select/strategy.ts';
import type { Candidate, SelectEffect, SelectEvent } from './select/types.ts';
import { dial } from './session/dial.ts';
import type { FrameSocket } from './session/frame-socket.ts';
import { listen } from './session/listen.ts';
import { RelaySession } from './session/relay-session.ts';
import { HeaderTree, producerOf } from './verify/header-tree.ts';
import { Intake, type Outcome } from './verify/intake.ts';
import { readHeaderState } from './verify/seed.ts';

export interface EmitterParts {
  config: EmitterConfig;
  clock: Clock;
  chain: ChainClient;
  store: EventStore;
  strategy: Strategy;
  logger: Logger;
}

const SOFTWARE = 'bppool/0.1.0';
const RETRY_MS = 500;

type EmitEffect = Extract<SelectEffect, { type: 'emit' }>;

/** Wires the stages: session → decode → verify → select → relay; every step tells the log. */
export class Emitter {
  private readonly parts: EmitterParts;
  private readonly pool: bigint;
  private readonly tree = new HeaderTree(LIMITS.headerStates);
  private readonly intake = new Intake<MemberLink>(this.tree);
  private readonly select: SelectState;
  private readonly frames = new Frames();
  private readonly branch = new PublicBranch();
  private readonly links = new Set<MemberLink>();
  private readonly members: MemberDirectory;
  private readonly journal: Journal;
  private readonly http: EmitterHttp;
  private relay: RelaySession | null = null;
  private server: Server | null = null;
  private wake: NodeJS.Timeout | null = null;
  private sessions = 0;
  private seeding = false;
  private lastFault: string | null = null;

  constructor(parts: EmitterParts) {
    this.parts = parts;
    const { config, chain, store } = parts;
    this.pool = stringToName(config.EMITTER_POOL);
    this.select = initialState({
      parentWaitMs: config.EMITTER_PARENT_WAIT_MS,
      overdueMs: config.EMITTER_OVERDUE_MS,
      deadlineMarginMs: config.EMITTER_DEADLINE_MARGIN_MS,
      rescuesPerWindow: config.EMITTER_RESCUES_PER_WINDOW,
    });
    this.members = new MemberDirectory(chain, config.EMITTER_DAC);
    this.http = new EmitterHttp(
      () => this.status(),
      (seq, limit) => store.after(seq, limit),
      () => store.lastSeq,
    );
    this.journal = new Journal(
      store,
      (records) => this.http.publish(records),
      (text) => this.fault('event_log', text),
    );
  }

  async start(): Promise<void> {
    const { config, clock, logger, store, strategy } = this.parts;
    await this.http.listen(config.EMITTER_HTTP);
    const info = await this.reachRelay();
    await this.members.start();
    await this.seed(info.head_block_num);
    this.restoreDecisions();
    const start = { pool: config.EMITTER_POOL, chain: info.chain_id, software: SOFTWARE, strategy: strategy.name };
    store.append([{ window: null, event: { type: 'start', at: this.now(), ...start } }]);
    this.relay = new RelaySession({
      address: config.EMITTER_RELAY_P2P,
      chainId: info.chain_id,
      clock,
      head: () => this.relayHead(),
      onBlock: (frame) => this.onRelayFrame(frame),
      onState: (up, reason) => this.onRelayState(up, reason),
    });
    this.relay.start();
    const colon = config.EMITTER_LISTEN.lastIndexOf(':');
    const host = config.EMITTER_LISTEN.slice(0, colon);
    this.server = await listen(host, Number(config.EMITTER_LISTEN.slice(colon + 1)), (socket) => this.onMember(socket));
    logger.info(
      { listen: config.EMITTER_LISTEN, relay: config.EMITTER_RELAY_P2P, pool: config.EMITTER_POOL },
      'started',
    );
  }

  stop(): void {
    if (this.wake) clearTimeout(this.wake);
    this.members.stop();
    this.server?.close();
    for (const link of this.links) link.close('emitter_stops');
    this.relay?.stop();
    this.journal.write();
    this.http.close();
  }

  private now(): number {
    return Math.floor(this.parts.clock.now());
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
    return {
      libNum: info.last_irreversible_block_num,
      libId: info.last_irreversible_block_id,
      headNum: info.head_block_num,
      headId: info.head_block_id,
    };
  }

  /** Roots the header tree at a block that the relay node has. */
  private async seed(numberOrId: number | string): Promise<void> {
    const state = await readHeaderState(this.parts.chain, numberOrId);
    this.tree.seed(state);
    const { id, num, slot, previous } = state;
    this.dispatch({ type: 'public', at: this.now(), block: { id, num, slot, previous }, pool: false });
    this.settle(this.intake.linked(id));
  }

  /** Slots of the running window that an earlier run decided stay decided. */
  private restoreDecisions(): void {
    const window = windowOf(this.select.tip?.slot ?? 0);
    for (const id of [window, window + 1]) {
      for (const { event } of this.parts.store.decisions(id)) {
        if (event.type !== 'decision') continue;
        const block = { id: event.id, num: event.num, slot: event.slot, previous: '' };
        const replaces = event.replaces.length;
        this.dispatch({ type: 'decided', at: this.now(), block, signer: event.signer, replaces });
      }
    }
  }

  private onRelayState(up: boolean, reason: string): void {
    this.parts.logger[up ? 'info' : 'error']({ reason }, up ? 'relay node connected' : 'relay node lost');
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
    if (this.tree.follow(header)) this.settle(this.intake.linked(id));
    else if (num > (this.select.tip?.num ?? 0)) void this.fillGap(header);
    const pool = header.producer === this.pool;
    if (pool) this.branch.add({ id, slot, frame: Buffer.from(frame) });
    this.dispatch({ type: 'public', at: this.now(), block: { id, num, slot, previous }, pool });
  }

  /** A public block without its parent in the tree: blocks were missed, so the tree is rooted anew at the parent. */
  private async fillGap(header: BlockHeader): Promise<void> {
    if (this.seeding) return;
    this.seeding = true;
    try {
      await this.seed(header.previous);
      if (this.tree.follow(header)) this.settle(this.intake.linked(header.id));
    } catch (thrown) {
      this.fault('seed', sentence(thrown));
    } finally {
      this.seeding = false;
    }
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
      isPoolWindow: (window) => this.isPoolWindow(window),
      publicTip: () => this.select.tip,
      isPrivate: (id) => this.frames.isPrivate(id, this.select.emittedIds),
      branch: (window) => this.branch.of(window),
      onCandidate: (link, frame, header) => this.onCandidate(link, frame, header),
      onPublicBlock: (frame, header) => this.onPublicBlock(frame, header),
      onFault: (link, code) => this.fault(code, `session ${link.session} (${link.remote}) was closed: ${code}`),
      onClose: (link, reason) => this.onLinkClosed(link, reason),
    };
  }

  private isPoolWindow(window: number): boolean {
    const state = this.select.tip && this.tree.get(this.select.tip.id);
    return !!state && producerOf(state.active, firstSlot(window))?.name === this.pool;
  }

  private onLinkClosed(link: MemberLink, reason: string): void {
    this.links.delete(link);
    this.intake.forget(link);
    this.tellConnection(link, false, reason);
    if (link.signer) this.dispatch({ type: 'member', at: this.now(), signer: link.signer, up: false });
  }

  private onCandidate(link: MemberLink, frame: Buffer, header: BlockHeader): void {
    const arrival = { session: link, frame: Buffer.from(frame), header, at: this.now(), monotonic: performance.now() };
    this.frames.sawCandidate(header.id);
    this.settle(this.intake.take(arrival));
  }

  private settle(outcomes: Outcome<MemberLink>[]): void {
    for (const outcome of outcomes) {
      if ('refused' in outcome) this.onRefused(outcome);
      else this.onVerified(outcome);
    }
  }

  private onRefused({ arrival, refused, signer }: Extract<Outcome<MemberLink>, { refused: unknown }>): void {
    // Old blocks are answers to sync requests, not proposals.
    if (refused === 'stale') return;
    const { session } = arrival;
    if (refused === 'foreign_key' && signer && session.signer === null) {
      const what = `session ${session.session} (${session.remote}) signs with ${keyText(signer)}`;
      this.parts.logger.warn(`${what}, which is not in the active schedule: is that member admitted, its key current?`);
    }
    this.tellCandidate(arrival, { signer, transactions: 0, cpuUs: 0, verdict: 'invalid', reason: refused });
  }

  private onVerified({ arrival, verified }: Extract<Outcome<MemberLink>, { verified: unknown }>): void {
    const { session, header, frame, at, monotonic } = arrival;
    const { signer, transactions, cpuUs } = verified;
    const { id, num, slot, previous, confirmed } = header;
    if (!this.frames.keep(candidateKey({ id, signer }), { slot, frame, monotonic })) return;
    this.identify(session, signer);
    const late = at > slotTime(slot) + SLOT_MS;
    const verdict = late ? 'late' : 'valid';
    this.tellCandidate(arrival, { signer, transactions, cpuUs, verdict, reason: late ? 'late' : null });
    const candidate: Candidate = { id, num, slot, previous, signer, confirmed, cpuUs, arrivedMs: at, late };
    this.dispatch({ type: 'candidate', at: this.now(), candidate });
  }

  /** A connection is whose new candidates come on it: a member can also pass on blocks of others. */
  private identify(session: MemberLink, signer: string): void {
    if (session.signer === signer) return;
    if (session.signer) this.dispatch({ type: 'member', at: this.now(), signer: session.signer, up: false });
    session.signer = signer;
    this.tellConnection(session, true, 'identified');
    this.dispatch({ type: 'member', at: this.now(), signer, up: true });
  }

  private dispatch(event: SelectEvent): void {
    const effects = reduce(this.select, this.parts.strategy, event);
    for (const effect of effects) this.execute(effect);
  }

  private execute(effect: SelectEffect): void {
    switch (effect.type) {
      case 'emit':
        return this.emit(effect);
      case 'wake':
        if (this.wake) clearTimeout(this.wake);
        this.wake = setTimeout(
          () => this.dispatch({ type: 'tick', at: this.now() }),
          Math.max(1, effect.at - this.parts.clock.now()),
        );
        return;
      case 'closed':
        return this.onWindowClosed(effect);
      case 'leak': {
        const { id, slot, num } = effect.block;
        this.parts.logger.error({ slot, id }, 'a pool block is in public that was not emitted here');
        this.journal.tell(windowOf(slot), { type: 'leak', at: this.now(), slot, id, num, signer: null });
        return;
      }
    }
  }

  /** The fence: decisions are durable before the first byte leaves. */
  private emit({ reason, path, replaced, cause, failed }: EmitEffect): void {
    const window = windowOf((path[0] as Candidate).slot);
    const at = this.now();
    const decisions = path.map((block, i): { window: number; event: PoolEvent } => {
      const { slot, id, num, signer } = block;
      const replaces = i === 0 ? replaced.map((old) => old.id) : [];
      return {
        window,
        event: { type: 'decision', at, slot, id, num, signer, member: this.members.account(signer), reason, replaces },
      };
    });
    const relayUp = this.relay?.up === true;
    if (!relayUp) this.fault('relay_down', `slot ${path[0]?.slot} has a block and the relay node cannot be reached`);
    if (!relayUp || !this.journal.fence(decisions)) return this.dispatch({ type: 'fence-failed', at, window });
    for (const block of path) this.send(window, block);
    this.branch.remove(replaced.map((old) => old.id));
    if (reason !== 'rescue' || !cause) return;
    const leader = (path[path.length - 1] as Candidate).signer;
    const ids = { path: path.map(({ id }) => id), replaced: replaced.map(({ id }) => id) };
    this.parts.logger.warn({ window, cause, replaced: replaced.length, path: path.length }, 'rescue');
    this.journal.tell(window, { type: 'rescue', at, window, cause, failed: failed ?? '', leader, ...ids });
  }

  private send(window: number, { id, slot, signer }: Candidate): void {
    const kept = this.frames.get(candidateKey({ id, signer }));
    if (!kept || !this.relay?.send(kept.frame)) return this.fault('not_sent', `the block of slot ${slot} was not sent`);
    this.frames.sawPublic(id);
    this.branch.add({ id, slot, frame: kept.frame });
    const addedUs = Math.round((performance.now() - kept.monotonic) * 1000);
    this.journal.tell(window, {
      type: 'emission',
      at: this.now(),
      slot,
      id,
      signer,
      bytes: kept.frame.length,
      addedUs,
    });
  }

  private onWindowClosed({ window, emitted, standby }: Extract<SelectEffect, { type: 'closed' }>): void {
    this.settle(this.intake.expire(window));
    const at = this.now();
    for (const { slot, signer } of standby) {
      this.journal.tell(window, { type: 'standby', at, slot, signer, member: this.members.account(signer) });
    }
    this.journal.tell(window, { type: 'window', at, window, emitted, strategy: this.parts.strategy.name });
    this.frames.prune(window);
    this.parts.logger.info({ window, emitted }, 'window closed');
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
    this.journal.tell(null, { type: 'connection', at: this.now(), session, signer, member, up, reason });
    this.parts.logger.info({ session, member, up, reason }, 'member connection');
  }

  private fault(code: string, text: string): void {
    this.lastFault = `${code}: ${text}`;
    this.parts.logger.error({ code }, text);
    if (code !== 'event_log') this.journal.tell(null, { type: 'fault', at: this.now(), code, text });
  }

  private status(): Status {
    const reasons: string[] = [];
    if (!this.relay?.up) reasons.push('no session with the relay node');
    if (!this.server?.listening) reasons.push('not listening for members yet');
    const { tip, window } = this.select;
    const sessions = [...this.links].map(({ session, remote, signer }) => ({
      session,
      remote,
      signer,
      member: this.members.account(signer),
    }));
    const running = window && {
      id: window.id,
      emitted: window.emitted.length,
      leader: window.leader,
      rescues: window.rescues,
    };
    const log = { seq: this.parts.store.lastSeq };
    return { ready: reasons.length === 0, reasons, tip, window: running, sessions, log, lastFault: this.lastFault };
  }
}
