import type { Logger } from '../common/logger.ts';
import type { EmitterConfig } from './config.ts';
import { Frames } from './relay/frames.ts';
import { Spill } from './relay/spill.ts';

const BYTES_IN_MB = 1_000_000;

/** The candidates' bytes, with as much memory as is configured; what is more lies beside the event log. */
export function framesFor(config: EmitterConfig, logger: Logger): Frames {
  const { EMITTER_CANDIDATE_MB: megabytes, EMITTER_EVENT_LOG: log } = config;
  return new Frames({
    bytes: megabytes * BYTES_IN_MB,
    spill: new Spill(`${log}-candidates-`),
    onFull: (window, problem) => {
      const text = `candidates of window ${window} take more than EMITTER_CANDIDATE_MB=${megabytes}: the oldest`;
      if (problem) logger.error({ window, problem }, `${text} should go to disk and cannot`);
      else logger.warn({ window }, `${text} go to disk`);
    },
  });
}
