import { Name, TimePointSec } from "proton-tsc";
import { Config, State, FOUNDING, LIVE, DISSOLVED } from "./setup.tables";
import { fail } from "./fail";
import { secondsUntil } from "./time";
import { Single } from "./rows";

export function loadConfig(self: Name): Config {
    const found = new Single<Config>(self).getOrNull();
    if (found == null) fail("the pool is not set up: call init first");
    return found!;
}

export function saveConfig(self: Name, config: Config): void {
    new Single<Config>(self).set(config, self);
}

export function loadState(self: Name): State {
    return new Single<State>(self).get();
}

export function saveState(self: Name, state: State): void {
    new Single<State>(self).set(state, self);
}

// The configuration, unless the pool is paused. Claims, leaving, votes and the removal of keys do not ask for it.
export function loadRunning(self: Name): Config {
    const config = loadConfig(self);
    const left = secondsUntil(config.paused_until);
    if (left > 0) fail(`the pool is paused for ${left} more seconds: wait, or end it with propunpause`);
    return config;
}

// Neither paused nor dissolved.
export function loadWorking(self: Name): Config {
    const config = loadRunning(self);
    requireNotDissolved(config);
    return config;
}

// founding or live: what only a pool with a future does
export function requireOpen(config: Config): void {
    if (config.phase != FOUNDING && config.phase != LIVE) fail("the pool is being dissolved: only reports, claims and withdrawals go on");
}

export function requireNotDissolved(config: Config): void {
    if (config.phase == DISSOLVED) fail("the pool is dissolved: only claims and withdrawals go on");
}

export function isNever(time: TimePointSec): bool {
    return time.utcSeconds == 0;
}
