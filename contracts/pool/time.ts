import { TimePointSec, currentTimeMs, currentTimeSec } from "proton-tsc";
import { fail } from "./fail";

// Block time: slots of 500 ms since 2000-01-01, windows of 12 slots. (BlockTimestamp of the library converts wrongly.)

const SLOTS_PER_WINDOW: u64 = 12;
const SLOT_MS: u64 = 500;
const EPOCH_SECONDS: u64 = 946684800;
const WINDOW_SECONDS: u64 = 6;
const MAX_WINDOW: u64 = (<u64>u32.MAX_VALUE - EPOCH_SECONDS) / WINDOW_SECONDS - 1;

export function currentSlot(): u64 {
    return (currentTimeMs() - EPOCH_SECONDS * 1000) / SLOT_MS;
}

export function currentWindow(): u64 {
    return currentSlot() / SLOTS_PER_WINDOW;
}

export function now(): TimePointSec {
    return new TimePointSec(currentTimeSec());
}

// the moment `seconds` from now; the end of time when that is beyond what a date can hold
export function nowPlus(seconds: u64): TimePointSec {
    const at = <u64>currentTimeSec() + seconds;
    return new TimePointSec(at > <u64>u32.MAX_VALUE || at < seconds ? u32.MAX_VALUE : <u32>at);
}

// seconds until the moment, 0 when it has come
export function secondsUntil(moment: TimePointSec): u64 {
    const at = currentTimeSec();
    return at >= moment.utcSeconds ? 0 : <u64>(moment.utcSeconds - at);
}

// seconds until `seconds` after `start` are over, 0 when they are
export function secondsLeft(start: TimePointSec, seconds: u64): u64 {
    const end = <u64>start.utcSeconds + seconds;
    const at = <u64>currentTimeSec();
    return at >= end ? 0 : end - at;
}

// the moment at which a window is over
export function windowEnd(window: u64): TimePointSec {
    if (window > MAX_WINDOW) fail(`window ${window} is beyond the end of time: the chain is in window ${currentWindow()}`);
    return new TimePointSec(<u32>(EPOCH_SECONDS + (window + 1) * WINDOW_SECONDS));
}

export function requireOver(window: u64): void {
    const slot = currentSlot();
    if (window > slot / SLOTS_PER_WINDOW) fail(`window ${window} lies in the future: the chain is in window ${slot / SLOTS_PER_WINDOW}`);
    const last = window * SLOTS_PER_WINDOW + SLOTS_PER_WINDOW - 1;
    if (last >= slot) fail(`window ${window} is not over: its last slot is ${last} and the chain is at slot ${slot}`);
}
