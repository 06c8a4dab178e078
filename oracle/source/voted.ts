import type { VotedMode } from './chain.ts';

/**
 * Why a window's records are not of the mode that the members voted for it, one sentence, or null when they are. `mode`: of the closing
 * record.
 */
export function otherMode(window: number, mode: string, { fromWindow, mode: voted, before }: VotedMode): string | null {
  const wanted = window >= fromWindow ? voted : before;
  if (mode === wanted) return null;
  return `the log has it in ${mode} mode and the members voted for ${wanted}: they decide about it (propsettle, propvoid)`;
}
