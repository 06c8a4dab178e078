const STOPPING: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Resolves at the first Ctrl-C, SIGTERM or SIGHUP; a second one changes nothing, so that the clean end is not cut short. */
export function untilSignal(): { signal: AbortSignal; received: Promise<void> } {
  const controller = new AbortController();
  const received = new Promise<void>((resolve) => {
    for (const name of STOPPING) {
      process.on(name, () => {
        controller.abort();
        resolve();
      });
    }
  });
  return { signal: controller.signal, received };
}
