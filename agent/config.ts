import { z } from 'zod';

const origin = (text: string) => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, '');
};
const httpUrl = z.string().refine(origin, 'must be like http://127.0.0.1:8888, without a path');

const emitters = z
  .string()
  .transform((text) => text.split(',').map((one) => one.trim().replace(/\/$/, '')))
  .pipe(z.array(httpUrl).min(1).max(21));

const account = z.string().regex(/^[a-z1-5.]{1,12}$/, 'must be an account name');

/** The agent's environment; `.env.example` shows it with comments. */
export const agentConfig = z.object({
  /** The pool's producer account. */
  AGENT_POOL: account,
  /** The pool's contract account: it names the emitters whose receipts count. Without it receipts are kept unchecked. */
  AGENT_DAC: account.optional(),
  /** The member's signing key. */
  AGENT_KEY_FILE: z.string().min(1),
  AGENT_NODE: httpUrl.default('http://127.0.0.1:8888'),
  /** One or more, with commas between. */
  AGENT_EMITTERS: emitters,
  /** Keeps the emitters' receipts. */
  AGENT_RECEIPTS: z.string().min(1).default('agent.sqlite'),
  /** Folder for signed bundles of them, a file WINDOW.json each, which oracles read; unset: none are written. */
  AGENT_BUNDLES: z.preprocess((text) => (text === '' ? undefined : text), z.string().optional()),
  CLOCK_SHIFT_FILE: z.string().optional(),
});

export type AgentConfig = z.infer<typeof agentConfig>;
