import { splitAddress } from '../common/address.ts';
import type { ChainClient } from '../common/chain.ts';
import type { Clock } from '../common/clock.ts';
import { freeBytesBeside } from '../common/disk.ts';
import type { EventRecord } from '../common/events.ts';
import type { Logger } from '../common/logger.ts';
import { stringToName } from '../common/name.ts';
import { windowOf } from '../common/slot.ts';
import type { Agents } from './agents.ts';
import { Ahead } from './ahead.ts';
import { Awake } from './awake.ts';
import { beginLog } from './begin-log.ts';
import { Candidates } from './candidates.ts';
import { Chooser } from './chooser.ts';
import { collections } from './collect.ts';
import type { EmitterConfig } from './config.ts';
import type { Cluster } from './decide/cluster.ts';
import { ALONE, type Decider } from './decide/decider.ts';
import { type BlockHeader, decodeBlockHeader } from './decode/block.ts';
import { untilWindowIsOver } from './drain.ts';
import { Exchange } from './exchange/exchange.ts';
import { EmitterHttp, type Status } from './http.ts';
import { hasDecided } from './log/choices.ts';
import { Journal } from './log/journal.ts';
import type { Notary, Signing } from './log/notary.ts';
import type { EventStore } from './log/store.ts';
import { type LinkNeeds, MemberLinks } from './member-links.ts';
import { MemberDirectory } from './members.ts';
import { type Metrics, makeMetrics } from './metrics.ts';
import { PublicChain } from './public-chain.ts';
import { PublicSide } from './public-side.ts';
import { PublicBranch } from './relay/branch.ts';
import type { Frames } from './relay/frames.ts';
import type { MemberLink } from './relay/member-link.ts';
import { compareConfig, tellChanges } from './reload.ts';
import { framesFor } from './room.ts';
import { candidateKey } from './select/state.ts';
import type { BlockRef, SelectEvent } from './select/types.ts';
import { type FrameSocket, spare } from './session/frame-socket.ts';
import { type Listener, listen } from './session/listen.ts';
import { agentsFor } from './standby.ts';
import { readingsOf, statusOf } from './status.ts';
import { Suspects } from './suspects.ts';
import { Watch } from './watch.ts';

export interface EmitterParts {
  config: EmitterConfig;
  clock: Clock;
  chain: ChainClient;
  store: EventStore;
  logger: Logger;
  /** Absent: the log is not signed. */
  signing?: Signing;
  /** Absent: this emitter decides alone. */
  cluster?: Cluster;
}

/** Wires the stages: session → decode → verify → select → relay; every step tells the log. */
export class Emitter {
  private readonly parts: EmitterParts;
  private readonly pool: bigint;
  private readonly public: PublicChain;
  private readonly candidates: Candidates;
  readonly chooser: Chooser;
  readonly frames: Frames;
  private readonly branch = new PublicBranch();
  readonly links: MemberLinks;
  readonly members: MemberDirectory;
  private readonly journal: Journal;
  private notary: Notary | null = null;
  private readonly http: EmitterHttp;
  private readonly agents: Agents;
  private readonly watch: Watch;
  private readonly metrics: Metrics;
  private readonly suspects: Suspects;
  private readonly awake: Awake;
  /** There when windows are to be prepared. */
  private ahead: Ahead | null = null;
  /** There when there are other emitters. */
  private exchange: Exchange | null = null;
  readonly outside: PublicSide;
  private draining = false;
  private server: Listener | null = null;
  private lastFault: string | null = null;

  constructor(parts: EmitterParts) {
    this.parts = parts;
    const { config, chain, clock, store, logger } = parts;
    const onFault = (code: string, text: string, at?: number) => this.fault(code, text, at);
    this.pool = stringToName(config.EMITTER_POOL);
    this.frames = framesFor(config, logger);
    const onLinked = (id: string) => this.candidates.linked(id);
    this.public = new PublicChain(chain, clock, this.pool, { onLinked, onFault });
    this.members = new MemberDirectory(chain, config.EMITTER_DAC);
    this.http = new EmitterHttp({
      status: () => this.status(),
      after: (seq, limit) => store.after(seq, limit),
      lastSeq: () => store.lastSeq,
      metrics: () => this.metrics.text(),
      receipts: (seq, limit) => parts.signing?.store.receipts(seq, limit) ?? [],
      handle: (request, response, path) => this.agents.handle(request, response, path),
    });
    const onLogFault = (text: string) => this.fault('event_log', text);
    const { cluster } = parts;
    const readings = () => {
      return readingsOf(this, cluster?.status ?? null, this.exchange, freeBytesBeside(config.EMITTER_EVENT_LOG));
    };
    this.metrics = makeMetrics(readings, cluster !== undefined);
    this.journal = new Journal(store, (records) => this.onWritten(records), onLogFault);
    const { journal, members, frames, branch } = this;
    this.watch = new Watch(config, chain, clock, {
      dispatch: (event) => this.onWatched(event),
      onWindow: () => this.takeTurns(),
      ask: () => this.outside.ask(),
      onFault,
    });
    this.chooser = new Chooser({
      ...{ config, clock, logger, journal, members, frames, branch, onFault },
      decider: parts.cluster?.decider ?? ALONE,
      onWant: (id, signer) => this.want(id, signer),
      onSent: (block) => this.watch.acceptance.sent(block),
      onLead: (lead) => this.agents.command(lead),
      onRelease: (release) => this.agents.command(release),
      send: (frame, block) => this.sendOut(frame, block),
      canSend: () => this.outside.up,
      onLeak: (block) => this.suspects.leak(block),
      onFenced: (ms) => this.metrics.fenced(ms),
      onClosing: (window) => this.candidates.expire(window),
    });
    this.suspects = new Suspects({
      ...{ tree: this.public.tree, frames, members, logger },
      now: () => this.chooser.now(),
      tip: () => this.chooser.tip,
      tell: (window, event) => journal.tell(window, event),
      onLeaked: (block) => this.watch.acceptance.leaked(block),
    });
    const { chooser, suspects } = this;
    this.candidates = new Candidates({
      ...{ tree: this.public.tree, frames, members, journal, chooser, suspects, logger },
      onIdentified: (link) => this.tellConnection(link, true, 'identified'),
      onKept: (key, { slot, num }, bytes) => this.exchange?.kept({ key, slot, num, bytes }),
      onMember: (signer, up) => this.exchange?.member(signer, up),
    });
    const collect = collections();
    this.awake = new Awake({
      clock,
      awakeMs: config.EMITTER_AWAKE_MS,
      expectedAt: () => chooser.expectedAt((window) => this.public.isPoolWindow(window, chooser.tip)),
      rehearse: () => this.candidates.rehearse(),
      tidy: collect.young,
      rest: () => {
        if (spare.isTaken || chooser.isBetweenWindows) collect.all();
        spare.prepare();
      },
    });
    this.links = new MemberLinks({
      ...{ relay: config.EMITTER_RELAY_P2P, logger, branch, onFault },
      isRelayBehind: () => this.outside.isRelayBehind,
      relayHead: () => this.outside.relayHead(),
    });
    this.outside = new PublicSide({
      ...{ relay: config.EMITTER_RELAY_P2P, chain, clock, logger, tree: this.public.tree, onFault },
      tip: () => this.chooser.tip,
      running: () => this.branch.of(windowOf(this.chooser.tip?.slot ?? 0)),
      isPublic: (id) => this.frames.isPublic(id),
      onBlock: (frame, header, fromRelay) => {
        if (fromRelay) this.watch.acceptance.passedOn(header.id);
        this.onPublicBlock(frame, header);
      },
      onAnswer: (mark) => this.watch.acceptance.answered(mark),
      onState: () => this.onOutside(),
    });
    this.agents = agentsFor({ config, logger, members, chooser: this.chooser, chain: this.public, links: this.links });
  }

  /** Resolves when members can connect. Waits for the relay node for as long as it takes. */
  async start(): Promise<void> {
    const { config, logger, store, signing } = this.parts;
    const { journal, chooser } = this;
    const onUnsigned = (text: string) => this.fault('log_signing', text);
    await this.http.listen(config.EMITTER_HTTP);
    const info = await this.public.reachNode((why) => logger.warn(`waiting for the relay node: ${why}`));
    await this.members.start();
    const head = await this.public.seedBelowOwn(({ id, slot }) => hasDecided(store.choices(windowOf(slot)), id));
    this.notary = beginLog(info.chain_id, { config, signing, journal, chooser, onFault: onUnsigned });
    this.chooser.dispatch({ type: 'public', at: this.chooser.now(), block: head, pool: false });
    await this.watch.start();
    this.chooser.restore(store);
    await this.joinOthers();
    // Nobody's word is taken before the log has begun and what was before is known.
    this.agents.chainId = info.chain_id;
    // Not those of the beginning: the configuration may have been read again while the relay node was waited for.
    this.outside.start(info.chain_id, this.parts.config.EMITTER_PEERS);
    this.awake.start();
    const { host, port } = splitAddress(config.EMITTER_LISTEN);
    this.server = await listen(host, port, (socket) => this.onMember(socket), config.EMITTER_SESSIONS);
    const { EMITTER_LISTEN: address, EMITTER_RELAY_P2P: relay, EMITTER_PEERS: peers } = this.parts.config;
    logger.info({ listen: address, relay, peers }, 'started');
  }

  /** Takes no new members, and stops when the running window of the pool, if there is one, is over. */
  async drain(): Promise<void> {
    this.draining = true;
    this.server?.close();
    await untilWindowIsOver(this.chooser, () => this.links.all.length > 0 && this.outside.up);
    this.stop();
  }

  /** Takes over what can be changed while running, and names each change in the log. */
  reload(next: EmitterConfig): void {
    const { logger } = this.parts;
    const { config, applied } = tellChanges(logger, compareConfig(this.parts.config, next));
    if (applied.length === 0) return;
    this.parts.config = config;
    this.chooser.configure(config);
    this.outside.setPeers(config.EMITTER_PEERS);
    this.server?.limit(config.EMITTER_SESSIONS);
    logger.level = config.LOG_LEVEL;
    this.journal.tell(null, { type: 'reload', at: this.chooser.now(), changed: applied });
  }

  stop(): void {
    this.chooser.stop();
    this.awake.stop();
    this.ahead?.stop();
    this.exchange?.stop();
    this.agents.stop();
    this.members.stop();
    this.watch.stop();
    this.server?.close();
    this.links.stop('emitter_stops');
    this.outside.stop();
    this.journal.write();
    this.notary?.stop();
    this.journal.end();
    this.http.close();
  }

  private onWatched(event: SelectEvent): void {
    this.chooser.dispatch(event);
    if (event.type !== 'settings' || event.mode !== 'standby' || !this.parts.cluster) return;
    const text =
      'the members voted for standby mode, in which several emitters do not agree on who leads: run one of them alone';
    this.fault('standby_many', text);
  }

  /** What was decided in the window that runs, by whomever. */
  private async joinOthers(): Promise<void> {
    const { cluster } = this.parts;
    if (!cluster) return;
    const window = windowOf(this.chooser.tip?.slot ?? 0);
    this.exchange = this.exchangeWith(cluster);
    this.chooser.adopt(await cluster.decider.begin(window));
    const decider: Decider = cluster.decider;
    if (!decider.prepare) return;
    const isPool = (id: number) => this.public.isPoolWindow(id, this.chooser.tip);
    this.ahead = new Ahead(this.parts.clock, isPool, (id) => decider.prepare?.(id));
    this.ahead.start();
  }

  private exchangeWith({ wire: nats, words }: Cluster): Exchange {
    const { config, clock, logger } = this.parts;
    const { frames, candidates, chooser } = this;
    return new Exchange({
      ...{ nats, words, pool: config.EMITTER_POOL, name: config.EMITTER_NAME ?? '', logger },
      now: () => clock.now(),
      has: (key) => candidates.has(key),
      frameOf: (key) => frames.get(key)?.frame ?? null,
      onFrame: (frame, via, key) => {
        const header = decodeBlockHeader(frame);
        if (header.ok) candidates.takePassedOn(via, key, frame, header.value);
      },
      onMember: ({ signer, up, from: via }) => chooser.dispatch({ type: 'member', at: chooser.now(), signer, up, via }),
      onFault: (code, text) => this.fault(code, text),
    });
  }

  /** A decided block is not here. */
  private want(id: string, signer: string): void {
    if (!this.frames.isPublic(id)) this.exchange?.want(candidateKey({ id, signer }));
  }

  private onWritten(records: EventRecord[]): void {
    this.parts.cluster?.saw();
    this.metrics.record(records);
    this.http.publish(records);
    this.notary?.saw(records);
  }

  private onOutside(): void {
    if (!this.outside.relayUp) this.watch.acceptance.wayLost();
    this.links.feedSoon();
  }

  private sendOut(frame: Buffer, { id, num, slot, previous }: BlockRef): boolean {
    const sent = this.outside.send(frame, { num });
    if (sent) this.links.add({ id, num, slot, previous, pool: true, frame });
    setImmediate(() => this.public.tree.expectChildren(id));
    return sent;
  }

  private onPublicBlock(frame: Buffer, header: BlockHeader): void {
    if (this.frames.sawPublic(header.id)) return;
    const { id, num, slot, previous } = header;
    const { chooser } = this;
    this.watch.acceptance.knows(id, previous);
    this.public.follow(header, chooser.tip);
    const pool = header.producer === this.pool;
    if (pool) this.branch.add({ id, num, slot, previous, frame });
    if (pool) this.suspects.sawPublic(frame, header);
    this.links.add({ id, num, slot, previous, pool, frame });
    const at = chooser.now();
    const irreversible = this.public.irreversibleAt(id);
    const signed = pool ? this.public.signedFor(header) : {};
    chooser.dispatch({ type: 'public', at, block: { id, num, slot, previous, ...irreversible }, pool, ...signed });
    this.takeTurns();
  }

  private takeTurns(): void {
    const { chooser } = this;
    for (const window of this.public.newTurns(chooser.tip))
      chooser.dispatch({ type: 'turn', at: chooser.now(), window });
  }

  private onMember(socket: FrameSocket): void {
    const link = this.links.accept(socket, this.linkContext());
    this.tellConnection(link, true, socket.remote);
  }

  private linkContext(): LinkNeeds {
    return {
      pool: this.pool,
      now: () => this.parts.clock.now(),
      isPoolWindow: (window) => this.public.isPoolWindow(window, this.chooser.tip),
      publicTip: () => this.chooser.tip,
      isPrivate: (id) => this.frames.isPrivate(id, this.chooser.state.emittedIds),
      mayProduce: (signer) => this.agents.mayProduce(signer),
      isKnown: (id) => this.public.tree.get(id) !== undefined,
      onAsked: (link, asked) => this.candidates.asked(link, asked),
      onPartialBlock: (link, frame, filled) => this.candidates.feed(link, frame, filled),
      headerOf: (frame) => this.candidates.headerOf(frame),
      onCandidate: (link, frame, header) => this.candidates.take(link, frame, header),
      onPublicBlock: (frame, header) => {
        this.outside.relayHas(header.num);
        this.watch.acceptance.passedOn(header.id);
        this.onPublicBlock(frame, header);
      },
      onFault: (link, code) => this.fault(code, `session ${link.session} (${link.remote}) was closed: ${code}`),
      onClose: (link, reason) => this.onLinkClosed(link, reason),
    };
  }

  private onLinkClosed(link: MemberLink, reason: string): void {
    this.links.delete(link);
    this.tellConnection(link, false, reason);
    this.candidates.forget(link);
  }

  private tellConnection(link: MemberLink, up: boolean, reason: string): void {
    const { session, signer } = link;
    const member = this.members.account(signer);
    this.journal.tell(null, { type: 'connection', at: this.chooser.now(), session, signer, member, up, reason });
    this.parts.logger.info({ session, member, up, reason }, 'member connection');
  }

  /** Something the operator has to know. */
  fault(code: string, text: string, at = this.chooser.now()): void {
    this.lastFault = `${code}: ${text}`;
    this.parts.logger.error({ code }, text);
    if (code !== 'event_log') this.journal.tell(null, { type: 'fault', at, code, text });
  }

  private status(): Status {
    const { draining, lastFault, server, parts } = this;
    return statusOf(this, {
      agents: this.agents.status(),
      listening: server?.listening === true,
      draining,
      lastSeq: parts.store.lastSeq,
      lastFault,
      store: parts.cluster?.status ?? null,
      others: this.exchange?.others ?? [],
      exchange: this.exchange?.counts ?? null,
    });
  }
}
