import { ActionData, KeyWeight, Variant } from "proton-tsc";

@packer
export class BlockAuthV0 extends ActionData {
    constructor(
        public threshold: u32 = 0,
        public keys: KeyWeight[] = [],
    ) { super(); }
}

@variant
export class BlockAuth extends Variant {
    v0: BlockAuthV0;
    // a stand-in for the type checker: the pre-processor puts the real one here
    static new<T>(value: T): BlockAuth { return instantiate<BlockAuth>(); }
}
