import { sha256 } from '../../common/canonical.ts';
import type { Reader } from './reader.ts';
import { decodeScheduleExtension, type NewSchedule } from './schedule.ts';

/** Types of header extensions up to Leap 5. Source: Leap block_header.hpp, `block_header_extension_types`. */
const PROTOCOL_FEATURES = 0;
const SCHEDULE_CHANGE = 1;

/** A header's extensions as far as the rules of later blocks depend on them. */
export interface HeaderExtensions {
  /** Digests of protocol features that are activated with this block. */
  features: string[];
  newSchedule: NewSchedule | null;
  /** False when nodeos refuses the list: types out of order or repeated, a type it does not know, contents it cannot unpack. */
  wellFormed: boolean;
}

/**
 * Reads the list from where it begins. Bytes that are too short set the reader's `failed`.
 * Source: Leap block_header.cpp, `validate_and_extract_header_extensions`; protocol_feature_activation.cpp, `reflector_init`.
 */
export function readHeaderExtensions(reader: Reader): HeaderExtensions {
  const found: HeaderExtensions = { features: [], newSchedule: null, wellFormed: true };
  let last = -1;
  for (let n = reader.varuint(); n > 0 && !reader.failed; n--) {
    const type = reader.u16();
    const bytes = reader.view(reader.varuint());
    if (reader.failed) break;
    if (type <= last) found.wellFormed = false;
    last = type;
    if (type === PROTOCOL_FEATURES) found.features = features(bytes);
    if (type === SCHEDULE_CHANGE) found.newSchedule = scheduleChange(bytes);
    const read = type === PROTOCOL_FEATURES ? found.features.length > 0 : found.newSchedule !== null;
    if (type > SCHEDULE_CHANGE || !read) found.wellFormed = false;
  }
  return found;
}

/** At least one digest, none twice; none at all for bytes that are no such list. The count stands in one byte. */
function features(bytes: Buffer): string[] {
  const count = bytes[0] ?? 0;
  if (count > 127 || bytes.length !== 1 + 32 * count) return [];
  const digests = Array.from({ length: count }, (_, i) => bytes.toString('hex', 1 + 32 * i, 33 + 32 * i));
  return new Set(digests).size === count ? digests : [];
}

function scheduleChange(bytes: Buffer): NewSchedule | null {
  const schedule = decodeScheduleExtension(bytes);
  return schedule && { schedule, hash: sha256(bytes), legacy: false };
}
