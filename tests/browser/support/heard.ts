/** An event of the page's stream, as the page heard it. */
export interface Heard {
  type: string;
  id: string;
  slots: number[];
}

declare global {
  interface Window {
    heard: Heard[];
  }
}

/** Runs in the page before its own script: notes what its streams hear. */
export function noteHeard(): void {
  window.heard = [];
  const Original = window.EventSource;
  window.EventSource = class extends Original {
    constructor(url: string | URL) {
      super(url);
      for (const type of ['reset', 'columns']) {
        this.addEventListener(type, (event) => {
          const { data, lastEventId } = event as MessageEvent<string>;
          const { columns } = JSON.parse(data) as { columns: { slot: number }[] };
          window.heard.push({ type, id: lastEventId, slots: columns.map(({ slot }) => slot) });
        });
      }
    }
  };
}
