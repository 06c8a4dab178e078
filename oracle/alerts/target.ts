import { sha256 } from '../../common/canonical.ts';
import { PoolError } from '../../common/errors.ts';

export const FORMATS = ['json', 'telegram', 'discord', 'slack'] as const;
export type Format = (typeof FORMATS)[number];

/** A receiver of alerts. Its address holds its password: it is in no log, and in the journal as a hash. */
export interface Target {
  url: string;
  format: Format;
  /** Telegram's chat. */
  chat: string | null;
  /** In the journal. */
  id: string;
  /** For people, without what is secret. */
  label: string;
}

const HOSTS: Record<string, Format> = {
  'api.telegram.org': 'telegram',
  'discord.com': 'discord',
  'discordapp.com': 'discord',
  'hooks.slack.com': 'slack',
};

/**
 * The receiver behind an address. `format`: auto goes by the host. Throws PoolError `config` with a sentence that does not show the address,
 * for a password can be in it: `place` says which of several it is, from 1.
 */
export function parseTarget(address: string, format: Format | 'auto', place: number): Target {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw wrong(place, 'is no address: it must begin with https:// or http://');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw wrong(place, `begins with ${url.protocol}: it must begin with https:// or http://`);
  }
  const kind = format === 'auto' ? (HOSTS[url.hostname] ?? 'json') : format;
  const chat = kind === 'telegram' ? takeChat(url, place) : null;
  const id = sha256(`${kind} ${url} ${chat}`).toString('hex').slice(0, 16);
  return { url: url.href, format: kind, chat, id, label: `${kind} at ${url.host} (address ${place})` };
}

/** Telegram takes the chat in the message's body; an address as people know it has it behind the question mark. */
function takeChat(url: URL, place: number): string {
  const chat = url.searchParams.get('chat_id');
  if (!chat || !url.pathname.endsWith('/sendMessage')) {
    throw wrong(place, 'is not like https://api.telegram.org/botTOKEN/sendMessage?chat_id=NUMBER');
  }
  url.searchParams.delete('chat_id');
  return chat;
}

function wrong(place: number, what: string): PoolError {
  return new PoolError('config', `ORACLE_WEBHOOK: address ${place} ${what}`);
}
