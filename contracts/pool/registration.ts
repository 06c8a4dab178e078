import { Name } from "proton-tsc";
import { Config } from "./setup.tables";
import { fail } from "./fail";
import { loadState, requireOpen, saveConfig, saveState } from "./setup";
import { noteEnd, refreshSigning, signingKeys } from "./signing";
import { sendUnregister } from "./system";
import { currentWindow } from "./time";

// Registers the producer with the keys of all members, or unregisters it. Only a vote does the first.
export function setRegistered(self: Name, config: Config, on: bool): void {
    if (!on) {
        if (!config.registered) fail(`producer ${config.producer} is not registered: there is nothing to unregister`);
        config.registered = false;
        saveConfig(self, config);
        noteEnd(self, config);
        sendUnregister(config.producer);
        return;
    }
    requireOpen(config);
    if (signingKeys(self).length == 0) fail("no member has a key to sign with: admit one before the producer is registered");
    config.registered = true;
    saveConfig(self, config);
    const state = loadState(self);
    if (state.first_window == 0) {
        state.first_window = currentWindow();
        saveState(self, state);
    }
    refreshSigning(self, config);
}
