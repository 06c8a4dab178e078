/** What of a connection to NATS the exchange uses; a `NatsConnection` has it. Core NATS alone: nothing is stored. */
export interface Wire {
  publish(subject: string, payload: string): void;
  subscribe(
    subject: string,
    options: { callback(error: Error | null, message: Message): void },
  ): {
    unsubscribe(): void;
  };
  /** Rejects when nobody listens, at once, or when no answer comes in time. */
  request(subject: string, payload: string, options: { timeout: number }): Promise<{ data: Uint8Array }>;
  /** Resolves when the server has taken all that was written before. */
  flush(): Promise<void>;
  /** Ends with the connection. */
  status(): AsyncIterable<{ type: string }>;
}

export interface Message {
  subject: string;
  data: Uint8Array;
  respond(payload?: Uint8Array): boolean;
}

/** Of what emitters tell each other: each word is signed by who says it on a subject of its own, and counts once. */
export interface SealedWords {
  seal(subject: string, text: string): string;
  /** Null for what is no word of the emitter whose subject it is, or none for now. */
  open(subject: string, sealed: string): string | null;
}
