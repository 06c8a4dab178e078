import { Asset as ChainAsset, Decoder, PublicKey as ChainPublicKey, PublicKeyType, Signature as ChainSignature, Symbol as ChainSymbol } from "proton-tsc";
import { fail } from "./fail";

// The types of an action's data that can be wrong in themselves, refused in sentences of the pool. The library says of them
// "bad signature" or "invalid asset", and misreads what follows a WebAuthn key. The names are theirs, for the ABI goes by names.

const MAX_UNITS: i64 = 4611686018427387903; // 2^62 - 1, as eosio.token has it
const MAX_LETTERS: u32 = 7;

export class Signature extends ChainSignature {
    unpack(data: u8[]): usize {
        const type = typeOf(data);
        if (type != 0) fail(`the proof is of type ${type}: it must be a K1 signature (0)`);
        return super.unpack(data);
    }
}

export class PublicKey extends ChainPublicKey {
    unpack(data: u8[]): usize {
        const type = typeOf(data);
        // One of type R1 is as long, and refused where the key is used.
        if (type > <u32>PublicKeyType.R1) fail(`a signing key must be of type K1 (0), this one is of type ${type}`);
        return super.unpack(data);
    }
}

export class Symbol extends ChainSymbol {
    unpack(data: u8[]): usize {
        const dec = new Decoder(data);
        this.value = dec.unpackNumber<u64>();
        requireLetters(this);
        return dec.getPos();
    }
}

export class Asset extends ChainAsset {
    unpack(data: u8[]): usize {
        const dec = new Decoder(data);
        this.amount = dec.unpackNumber<i64>();
        this.symbol.value = dec.unpackNumber<u64>();
        requireLetters(this.symbol);
        if (!this.isAmountWithinRange()) fail(`the amount is ${this.amount} units: at most ${MAX_UNITS} fit a token`);
        return dec.getPos();
    }
}

// of a key or a signature; data that ends before it is refused when it is decoded
function typeOf(data: u8[]): u32 {
    return data.length == 0 ? 0 : <u32>data[0];
}

function requireLetters(symbol: ChainSymbol): void {
    if (symbol.isValid()) return;
    const hex = symbol.value.toString(16);
    fail(`symbol 0x${hex} is none: it needs 1 to ${MAX_LETTERS} capital letters`);
}
