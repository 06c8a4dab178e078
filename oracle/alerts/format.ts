import type { Alert } from './alert.ts';
import type { Format, Target } from './target.ts';

/** What runs where, in front of each message: several pools can share a channel. */
export interface Sender {
  pool: string;
  oracle: string;
}

/** Characters that a message may have: https://core.telegram.org/bots/api#sendmessage, Discord's "content", Slack's advice for "text". */
const MOST: Record<Exclude<Format, 'json'>, number> = { telegram: 4096, discord: 2000, slack: 4000 };

const MARKS = { info: '✅', warning: '⚠️', critical: '🔴' } as const;

/** The body to POST, as the receiver's service documents it. */
export function bodyFor({ format, chat }: Pick<Target, 'format' | 'chat'>, alert: Alert, sender: Sender): object {
  switch (format) {
    case 'json':
      return { v: 1, ...alert, at: new Date(alert.at).toISOString(), ...sender };
    case 'telegram':
      // Without parse_mode it is plain text, and nothing needs to be escaped.
      return {
        chat_id: chat,
        text: cut(words(alert, sender), MOST.telegram),
        link_preview_options: { is_disabled: true },
      };
    case 'discord':
      return { content: cut(words(alert, sender, '**'), MOST.discord), allowed_mentions: { parse: [] } };
    case 'slack':
      return { text: cut(words(alert, sender, '*', escapeSlack), MOST.slack), unfurl_links: false };
  }
}

function words({ level, title, text, at }: Alert, { pool, oracle }: Sender, bold = '', escaped = same): string {
  const time = new Date(at).toISOString().slice(0, 19);
  return `${MARKS[level]} ${bold}${escaped(title)}${bold}\n${escaped(text)}\n${pool}, told by ${oracle}, ${time} UTC`;
}

function same(text: string): string {
  return text;
}

/** The three characters that Slack reads as markup: https://api.slack.com/reference/surfaces/formatting#escaping */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** By UTF-16 units, as these services count, and not in the middle of a character. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
