import { Name, PublicKey, PublicKeyType, Signature, Checksum256, Encoder, Utils, SAME_PAYER, recoverKey, sha256 } from "proton-tsc";
import { Config } from "./setup.tables";
import { KeyUse } from "./member.tables";
import { fail } from "./fail";
import { now } from "./time";
import { Rows } from "./rows";

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

export function requireKeyType(key: PublicKey): void {
    if (key.keyType != PublicKeyType.K1) fail(`a signing key must be of type K1 (0), this one is of type ${<u32>key.keyType}`);
}

export function requireProof(self: Name, config: Config, account: Name, key: PublicKey, proof: Signature): void {
    requireKeyType(key);
    const signer = recoverKey(joinDigest(self, config, account, key), proof);
    if (signer != key) fail(`the proof does not fit key ${key}: it must be its signature for this chain, pool, account and terms`);
}

function keyId(key: PublicKey): u64 {
    const hash = sha256(key.pack()).data;
    let id: u64 = 0;
    for (let i = 0; i < 8; i++) id = (id << 8) | <u64>hash[i];
    return id;
}

// Records that the account uses the key, at the account's cost; refuses a key that another account ever used.
export function takeKey(self: Name, account: Name, key: PublicKey): void {
    const keys = new Rows<KeyUse>(self);
    const id = keyId(key);
    const used = keys.get(id);
    if (used == null) {
        keys.store(new KeyUse(id, account, key, now()), account);
        return;
    }
    if (used.account != account || used.key != key) fail(`key ${key} was used by ${used.account}: take a key that no member ever used`);
    used.until.utcSeconds = 0;
    keys.update(used, SAME_PAYER);
}

// Ends the use of the key in the history.
export function endKey(self: Name, key: PublicKey): void {
    const keys = new Rows<KeyUse>(self);
    const used = keys.get(keyId(key));
    if (used == null) return;
    used.until = now();
    keys.update(used, SAME_PAYER);
}

// what a proposal carries when it is about no key: 33 zero bytes
export function noKey(): PublicKey {
    return new PublicKey(PublicKeyType.K1, new Array<u8>(33).fill(0));
}

export function isNoKey(key: PublicKey): bool {
    return key.keyType != PublicKeyType.K1 || key.k1!.data![0] == 0;
}
