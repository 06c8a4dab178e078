/** Bounds of what peers can make the emitter hold, each with its reason. */
export const LIMITS = {
  /** nodeos closes a connection at frames over 2 × its default block size; 8 MiB is Leap's and Spring's send buffer bound. */
  frameBytes: 8 * 1024 * 1024,
  /** A peer that reads slower than this is cut; 16 MiB is some seconds of full blocks. */
  unsentBytes: 16 * 1024 * 1024,
  /** Members' sessions at once: 100 members, each dialling again while its old session is still dying. */
  sessions: 256,
  /** Honest members send one block a slot, at most twelve slots a window; twice that leaves room for a restart. */
  candidatesPerMemberAndWindow: 24,
  /** Blocks that wait for a parent not yet seen: one window of ten members. */
  orphans: 128,
  /** Windows without any candidate that are still noted after the clock or the machine stood still: some rounds of 21. */
  windowsLookedBack: 84,
  /** Events that wait for a log that refuses them; the oldest go first, and the fault is shouted at each try. */
  unwrittenEvents: 10_000,
  /** Header states kept behind the newest block: LIB lags 336 blocks on a chain of 21 producers. */
  headerStates: 4096,
  /** Windows whose candidate frames stay in memory after they ended, for members that connect late. */
  windowsKept: 2,
  /** An agent's report with all answers it may carry is below 8 kB. */
  agentBodyBytes: 16 * 1024,
  /** An agent that reads slower than this is cut; its commands expire after two seconds anyway. */
  agentUnsentBytes: 64 * 1024,
  /** Nonces that were used in the last seconds: 100 members whose agents dial again each 200 ms would use 5,000. */
  agentNonces: 8192,
} as const;
