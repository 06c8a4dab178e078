import { Name } from "proton-tsc";
import { Config } from "./setup.tables";
import { Proposal } from "./vote.tables";
import { fail } from "./fail";
import { admit } from "./roster";
import { enactTerms, expelByVote, suspendByVote } from "./standing";
import { setClaim, setFigure, setStrategy, setUrl } from "./figures";
import { setRegistered } from "./registration";
import { setRole } from "./roles";
import { settleByVote, voidWindow } from "./verdicts";
import { endOrder, listToken, sendForeign, settleEscrow, spend, startOrder } from "./treasury";
import { endPause } from "./pause";
import { beginDissolution } from "./dissolution";
import { sendApprove } from "./system";

// What each kind of proposal does when it is executed.
export function execute(self: Name, config: Config, p: Proposal): void {
    const kind = p.kind.N;
    if (kind == Name.fromString("admit").N) admit(self, config, p.subject);
    else if (kind == Name.fromString("expel").N) expelByVote(self, config, p.subject, p.electors);
    else if (kind == Name.fromString("suspend").N) suspendByVote(self, config, p.subject, p.value, p.electors);
    else if (kind == Name.fromString("terms").N) enactTerms(self, config, p.digest);
    else if (kind == Name.fromString("config").N) setFigure(self, config, p.subject, p.value);
    else if (kind == Name.fromString("url").N) setUrl(self, config, p.detail, <u16>p.value);
    else if (kind == Name.fromString("register").N) setRegistered(self, config, p.value == 1);
    else if (kind == Name.fromString("strategy").N) setStrategy(self, p.detail, p.subject);
    else if (kind == Name.fromString("claim").N) setClaim(self, p.subject, p.target, p.value == 1);
    else if (kind == Name.fromString("role").N) setRole(self, p.target, p.subject, p.value == 1, p.key, p.detail);
    else if (kind == Name.fromString("order").N) startOrder(self, p.subject, p.amount.amount, <u16>p.value, p.text);
    else if (kind == Name.fromString("end").N) endOrder(self, p.value);
    else if (kind == Name.fromString("spend").N) spend(self, config, p.subject, p.amount.amount, <u32>p.value, p.text);
    else if (kind == Name.fromString("accept").N) settleEscrow(self, p.value, p.option == 1);
    else if (kind == Name.fromString("token").N) listToken(self, config, p.token, p.amount.symbol);
    else if (kind == Name.fromString("foreign").N) sendForeign(self, p.token, p.subject, p.amount);
    else if (kind == Name.fromString("msig").N) sendApprove(self, p.subject, p.target, p.digest);
    else if (kind == Name.fromString("settle").N) settleByVote(self, config, p.value, p.data, p.digest);
    else if (kind == Name.fromString("void").N) voidWindow(self, config, p.value);
    else if (kind == Name.fromString("unpause").N) endPause(self, config);
    else if (kind == Name.fromString("dissolve").N) beginDissolution(self, config);
    else if (kind != Name.fromString("appeal").N) fail(`proposals of the kind ${p.kind} do nothing: this is a fault of the contract`);
}
