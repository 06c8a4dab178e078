import { buildReport as honestReport } from '../../oracle/report/build.ts';

export * from '../../oracle/report/build.ts';

/** The honest report without its last eligible member. */
export const buildReport: typeof honestReport = (...given) => {
  const report = honestReport(...given);
  const bytes = Buffer.from(report.eligible, 'hex');
  const last = bytes.length - 1;
  const byte = bytes[last] ?? 0;
  bytes[last] = byte & ~(1 << (31 - Math.clz32(byte)));
  const end = bytes.findLastIndex((each) => each !== 0) + 1;
  return { ...report, eligible: bytes.subarray(0, end).toString('hex') };
};
