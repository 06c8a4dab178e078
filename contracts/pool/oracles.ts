import { Name, EMPTY_NAME, SAME_PAYER } from "proton-tsc";
import { Oracle } from "./vote.tables";
import { Rows } from "./rows";

// Its row stays while reports of it lie in open windows; they count no more.
export function dropOracle(oracles: Rows<Oracle>, oracle: Oracle): void {
    if (oracle.open == 0) {
        oracles.remove(oracle);
        return;
    }
    oracle.active = false;
    oracle.stopper = EMPTY_NAME;
    oracles.update(oracle, SAME_PAYER);
}

export function countOracles(self: Name, activeOnly: bool): i32 {
    const oracles = new Rows<Oracle>(self);
    let count: i32 = 0;
    let oracle = oracles.first();
    while (oracle != null) {
        if (oracle.active || !activeOnly) count += 1;
        oracle = oracles.next(oracle);
    }
    return count;
}
