import { TimePointSec, check, currentTimeMs, currentTimeSec } from "proton-tsc";

// Block time: slots of 500 ms since 2000-01-01, windows of 12 slots. (BlockTimestamp of the library converts wrongly.)

const SLOTS_PER_WINDOW: u64 = 12;
const SLOT_MS: u64 = 500;
const EPOCH_MS: u64 = 946684800000;

export function currentSlot(): u64 {
    return (currentTimeMs() - EPOCH_MS) / SLOT_MS;
}

export function currentWindow(): u64 {
    return currentSlot() / SLOTS_PER_WINDOW;
}

export function now(): TimePointSec {
    return new TimePointSec(currentTimeSec());
}

// seconds until `seconds` after `start` are over, 0 when they are
export function secondsLeft(start: TimePointSec, seconds: u32): u64 {
    const end = <u64>start.utcSeconds + <u64>seconds;
    const at = <u64>currentTimeSec();
    return at >= end ? 0 : end - at;
}

export function requireOver(window: u64): void {
    const slot = currentSlot();
    if (window > slot / SLOTS_PER_WINDOW) check(false, `window ${window} lies in the future: the chain is in window ${slot / SLOTS_PER_WINDOW}`);
    const last = window * SLOTS_PER_WINDOW + SLOTS_PER_WINDOW - 1;
    if (last >= slot) check(false, `window ${window} is not over: its last slot is ${last} and the chain is at slot ${slot}`);
}
