/** Bounds of what peers can make the emitter hold, each with its reason. */
export const LIMITS = {
  /** nodeos closes a connection at frames over 2 × its default block size; 8 MiB is Leap's and Spring's send buffer bound. */
  frameBytes: 8 * 1024 * 1024,
  /** A peer that reads slower than this is cut; 16 MiB is some seconds of full blocks. */
  unsentBytes: 16 * 1024 * 1024,
  /** What a member may have written towards a relay node that has said nothing yet: some handshakes and transactions. */
  unansweredBytes: 1024 * 1024,
  /** Public peers to dial; each gets every emitted block. */
  peers: 32,
  /** Blocks with a wrong signature, turn or schedule that a public peer may send on one connection before it is cut. */
  refusedPerPeer: 10,
  /** A member that says nothing for this long is gone: EOSIO 2.0 sends a time message every 32 s, Leap every 10 s. */
  silentMemberMs: 70_000,
  /** The relay node sends two blocks a second and a time message every 10 s. */
  silentRelayMs: 20_000,
  /** Public blocks kept for members whose way to the relay node is down: two windows. */
  recentBlocks: 24,
  /** Public blocks that the relay node is asked for when its session comes up: two windows; a gap that is longer is left, and the tree rooted anew. */
  lackingBlocks: 24,
  /** Distinct members, or fault codes, in the metrics; the rest is counted as `other`. */
  memberLabels: 100,
  /** A relay node further behind than this is still syncing: members connected to it would be asked for its blocks. */
  relayBehindBlocks: 12,
  /** Members' sessions at once, unless EMITTER_SESSIONS says otherwise: 100 members, each dialling again while its old session is still dying. */
  sessions: 256,
  /** Honest members send one block a slot, at most twelve slots a window; twice that leaves room for a restart. */
  candidatesPerMemberAndWindow: 24,
  /** Candidates' bytes in memory, unless EMITTER_CANDIDATE_MB says otherwise: a window of 100 members with blocks of 200 kB; more goes to disk. */
  candidateMb: 256,
  /** Blocks that wait for a parent not yet seen: one window of ten members. */
  orphans: 128,
  /** Windows without any candidate that are still noted after the clock or the machine stood still: some rounds of 21. */
  windowsLookedBack: 84,
  /** A header kept as evidence: 116 bytes, and some thousand more when it carries a schedule of 125 producers. */
  evidenceBytes: 16 * 1024,
  /** Receipts signed in one turn of the event loop, 0.1 ms each, so that signing holds up no block. */
  receiptsPerTurn: 10,
  /** Candidates of an earlier run that still get a receipt: more than half a second brings. */
  receiptsCaughtUp: 1000,
  /** Decisions read at a time, after a race that was lost: those of some windows. */
  decisionsRead: 100,
  /** Events that wait for a log that refuses them; the oldest go first, and the fault is shouted at each try. */
  unwrittenEvents: 10_000,
  /** Header states kept behind the newest block: LIB lags 336 blocks on a chain of 21 producers. */
  headerStates: 4096,
  /** Headers kept to notice a second one for the same slot: 100 members, each at its limit for a window, twice. */
  signedHeaders: 4800,
  /** Closed windows that stay in the log whatever they take: fewer would take them from an oracle that was away. */
  leastWindowsKept: 16,
  /** Windows' worth of records deleted at a time, so that a limit that was just lowered holds up no block. */
  windowsPrunedAtOnce: 4,
  /** Windows whose public blocks stay in memory after they ended, for members that connect late. */
  windowsKept: 2,
  /** An agent's report with all answers it may carry is below 8 kB. */
  agentBodyBytes: 16 * 1024,
  /** An agent that reads slower than this is cut; its commands expire after two seconds anyway. */
  agentUnsentBytes: 64 * 1024,
  /** Nonces that were used in the last seconds: 100 members whose agents dial again each 200 ms would use 5,000. */
  agentNonces: 8192,
} as const;
