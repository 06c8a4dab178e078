import { Contract, Name, Symbol, PublicKey, Signature, Checksum256, Singleton, check, isAccount, requireAuth } from "proton-tsc";
import { Config, Books, Member, Seat, KeyUse, Oracle, OpenWindow, Report, Window } from "./tables";
import { loadConfig, saveBooks, saveConfig, sweepIncome } from "./books";
import { join, admit, leave, setKey, setPayee, refreshAuthority, requireUrl } from "./roster";
import { setOracle, report, pruneWindows } from "./windows";
import { close, claim, cut } from "./pay";
import { balanceOf, sendClaimRewards, sendCollect, sendSweep, sendTokens, sendUnregister, tokenExists } from "./system";

const MAX_DISPUTE_SECONDS: u32 = 30 * 24 * 3600;
const MAX_PRUNE: u32 = 500;

@contract
export class PoolContract extends Contract {
    handled: bool = false;

    // Called at the end of every action. Without it an action that does not exist would succeed.
    finalize(): void {
        if (this.receiver == this.firstReceiver) check(this.handled, `there is no action ${this.action}`);
    }

    @action("init")
    init(producer: Name, token_contract: Name, core: Symbol, chain_id: Checksum256, terms: Checksum256, url: string, location: u16, eligible_percent: u8, dispute_seconds: u32, infra_permille: u16): void {
        this.handled = true;
        requireAuth(this.receiver);
        check(new Singleton<Config>(this.receiver).getOrNull() == null, "the pool is set up already");
        check(isAccount(producer), `producer ${producer} is no account on this chain`);
        check(producer != this.receiver, `producer ${producer} must be another account than the contract's`);
        check(isAccount(token_contract), `token contract ${token_contract} is no account on this chain`);
        check(tokenExists(token_contract, core), `token contract ${token_contract} has no token ${core}`);
        requireUrl(url);
        check(eligible_percent >= 1 && eligible_percent <= 100, `eligible_percent is ${eligible_percent}: 1 to 100 are allowed`);
        check(dispute_seconds <= MAX_DISPUTE_SECONDS, `dispute_seconds is ${dispute_seconds}: at most ${MAX_DISPUTE_SECONDS} are allowed`);
        check(infra_permille <= 1000, `infra_permille is ${infra_permille}: at most 1000 are allowed`);
        const config = new Config(producer, token_contract, core, chain_id, terms, location, false, eligible_percent, infra_permille, dispute_seconds);
        config.url = url;
        saveConfig(this.receiver, config);
        saveBooks(this.receiver, new Books());
    }

    @action("join")
    join(account: Name, key: PublicKey, terms: Checksum256, proof: Signature, payee: Name, url: string, location: u16): void {
        this.handled = true;
        requireAuth(account);
        join(this.receiver, loadConfig(this.receiver), account, key, terms, proof, payee, url, location);
    }

    @action("admit")
    admit(account: Name): void {
        this.handled = true;
        requireAuth(this.receiver);
        admit(this.receiver, loadConfig(this.receiver), account);
    }

    @action("leave")
    leave(account: Name): void {
        this.handled = true;
        requireAuth(account);
        leave(this.receiver, loadConfig(this.receiver), account);
    }

    @action("setkey")
    setkey(account: Name, key: PublicKey, proof: Signature): void {
        this.handled = true;
        requireAuth(account);
        setKey(this.receiver, loadConfig(this.receiver), account, key, proof);
    }

    @action("setpayee")
    setpayee(account: Name, payee: Name): void {
        this.handled = true;
        requireAuth(account);
        setPayee(this.receiver, loadConfig(this.receiver), account, payee);
    }

    @action("setoracle")
    setoracle(oracle: Name, active: boolean): void {
        this.handled = true;
        requireAuth(this.receiver);
        loadConfig(this.receiver);
        setOracle(this.receiver, oracle, active);
    }

    @action("register")
    register(on: boolean): void {
        this.handled = true;
        requireAuth(this.receiver);
        const config = loadConfig(this.receiver);
        check(on || config.registered, `producer ${config.producer} is not registered`);
        config.registered = on;
        saveConfig(this.receiver, config);
        if (on) refreshAuthority(this.receiver, config, "no member is active: admit one before the producer is registered");
        else sendUnregister(config.producer);
    }

    @action("report")
    report(oracle: Name, window: u64, eligible: u8[], metrics: u8[], metrics_hash: Checksum256, log_root: Checksum256, strategy: string, version: string): void {
        this.handled = true;
        requireAuth(oracle);
        report(this.receiver, loadConfig(this.receiver), oracle, window, eligible, metrics, metrics_hash, log_root, strategy, version);
    }

    @action("harvest")
    harvest(): void {
        this.handled = true;
        const config = loadConfig(this.receiver);
        config.harvested = true;
        saveConfig(this.receiver, config);
        sendClaimRewards(config.producer);
        sendCollect(this.receiver);
    }

    @action("collect")
    collect(): void {
        this.handled = true;
        const config = loadConfig(this.receiver);
        const amount = balanceOf(config.token_contract, config.producer, config.core);
        if (amount > 0) sendTokens(config.token_contract, config.producer, this.receiver, amount, config.core, "income of the block producer pool");
        sendSweep(this.receiver);
    }

    @action("sweep")
    sweep(): void {
        this.handled = true;
        sweepIncome(this.receiver, loadConfig(this.receiver));
    }

    @action("cut")
    cut(): void {
        this.handled = true;
        cut(this.receiver, loadConfig(this.receiver));
    }

    @action("close")
    close(): void {
        this.handled = true;
        close(this.receiver, loadConfig(this.receiver));
    }

    @action("claim")
    claim(account: Name): void {
        this.handled = true;
        claim(this.receiver, loadConfig(this.receiver), account);
    }

    @action("prune")
    prune(max: u32): void {
        this.handled = true;
        check(max >= 1 && max <= MAX_PRUNE, `max is ${max}: 1 to ${MAX_PRUNE} are allowed`);
        const config = loadConfig(this.receiver);
        const pruned = pruneWindows(this.receiver, config, max);
        check(pruned > 0, `nothing to prune: no window up to ${config.closed_through} is left`);
    }
}
