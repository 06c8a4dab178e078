import type { VotedMode } from './chain.ts';

/**
 * Why a window's records are not of the mode that the members voted for it, one sentence, or null when they are. `mode`: of the closing
 * record. Of windows before the last vote the contract does not say enough: another vote can have come before that one.
 */
export function otherMode(window: number, mode: string, { fromWindow, mode: voted }: VotedMode): string | null {
  if (window < fromWindow || mode === voted) return null;
  return `the log has it in ${mode} mode and the members voted for ${voted}: they decide about it (propsettle, propvoid)`;
}
