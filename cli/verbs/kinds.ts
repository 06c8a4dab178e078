import type { KindCommand } from './kind-command.ts';
import { memberKinds } from './kinds-members.ts';
import { moneyKinds } from './kinds-money.ts';
import { ruleKinds } from './kinds-rules.ts';
import { windowKinds } from './kinds-windows.ts';

/** Every kind that a member can propose, in the order of docs/contract.md. */
export const KIND_COMMANDS: KindCommand[] = [...memberKinds, ...ruleKinds, ...moneyKinds, ...windowKinds];
