import type { Nats } from '../../common/nats/connection.ts';

/** A JetStream of one stream in memory, as far as the records of a log need it. */
export function fakeJetStream(takenAt: number): Nats {
  const messages: string[] = [];
  const stored = (seq: number) => {
    const text = messages[seq - 1];
    return text === undefined ? null : { seq, string: () => text, time: new Date(takenAt) };
  };
  const info = async () => {
    return {
      config: { num_replicas: 3 },
      state: { first_seq: 1, last_seq: messages.length, messages: messages.length },
    };
  };
  const fetch = (from: number) => async (wanted: { max_messages: number }) => {
    return messages.slice(from - 1, from - 1 + wanted.max_messages).map((_, i) => stored(from + i));
  };
  const consumer = async (_: string, { opt_start_seq: from }: { opt_start_seq: number }) => {
    return { fetch: fetch(from), delete: async () => true };
  };
  const publish = async (_: string, text: string) => ({ seq: messages.push(text), duplicate: false });
  const fake = {
    address: 'memory',
    manager: { streams: { info, getMessage: async (_: string, { seq }: { seq: number }) => stored(seq) } },
    streams: { publish, consumers: { get: consumer } },
  };
  return fake as unknown as Nats;
}
