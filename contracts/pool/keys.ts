import { Name, PublicKey, PublicKeyType, Signature, Checksum256, Encoder, TableStore, Utils, check, recoverKey, sha256 } from "proton-tsc";
import { Config, KeyUse } from "./tables";
import { now } from "./time";

const DOMAIN: string = "bppool.join.v1";

// sha256 over domain, chain id, this pool, account, packed key and terms: the holder signs exactly this membership
function joinDigest(self: Name, config: Config, account: Name, key: PublicKey): Checksum256 {
    const domain = Utils.stringToU8Array(DOMAIN);
    const enc = new Encoder(domain.length + 32 + 8 + 8 + 34 + 32);
    enc.packBytes(domain);
    enc.packBytes(config.chain_id.data);
    enc.packName(self);
    enc.packName(account);
    enc.packBytes(key.pack());
    enc.packBytes(config.terms.data);
    return sha256(enc.getBytes());
}

export function requireProof(self: Name, config: Config, account: Name, key: PublicKey, proof: Signature): void {
    check(key.keyType == PublicKeyType.K1, `a signing key must be of type K1 (0), this one is of type ${<u32>key.keyType}`);
    const signer = recoverKey(joinDigest(self, config, account, key), proof);
    if (signer != key) {
        check(false, `the proof does not fit key ${key}: it must be its signature for this chain, pool, account and terms`);
    }
}

function keyId(key: PublicKey): u64 {
    const hash = sha256(key.pack()).data;
    let id: u64 = 0;
    for (let i = 0; i < 8; i++) id = (id << 8) | <u64>hash[i];
    return id;
}

// Records that the account uses the key, at the account's cost; refuses a key that another account ever used.
export function takeKey(self: Name, account: Name, key: PublicKey): void {
    const keys = new TableStore<KeyUse>(self);
    const id = keyId(key);
    const used = keys.get(id);
    if (used == null) {
        keys.store(new KeyUse(id, account, key, now()), account);
        return;
    }
    if (used.account != account || used.key != key) {
        check(false, `key ${key} was used by ${used.account}: take a key that no member ever used`);
    }
}
