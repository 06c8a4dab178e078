/** What each action says in words. The build fails for an action without words. */
const TEXTS: Record<string, [title: string, text: string]> = {
  init: [
    'Set up the pool',
    'The pool names its producer account {{producer}}, its core token {{core}} of {{token_contract}}, the constitution with the hash {{terms}}, and its founders. It is done once, by the key of the contract account, before the hand-over.',
  ],
  founders: [
    'Name the founders',
    'The accounts that may join without a vote before the hand-over are {{accounts}}, in place of those named before that have not joined yet.',
  ],
  setfigure: [
    'Set a figure before the hand-over',
    'The figure {{figure}} of the pool becomes {{value}}. After the hand-over only a vote does this.',
  ],
  setclaim: [
    'Name a claim before the hand-over',
    'The chain pays the producer by {{code}}::{{name}}: {{on}}. After the hand-over only a vote does this.',
  ],
  handover: [
    'Hand the pool over to its members',
    'The contract account gives up its keys. From now on its permission active belongs to its code, and its permission owner to its code or to a large part of the members together.',
  ],
  join: [
    'Join the pool',
    '{{account}} agrees to the constitution with the hash {{terms}}, offers the signing key {{key}} with a proof that it holds that key, names {{payee}} to be paid, and declares as members under common ownership or on shared machines: {{owners}}. The members vote on the admission, unless the pool is open, which takes a bond.',
  ],
  agree: ['Agree to the constitution', '{{account}} agrees to the constitution with the hash {{terms}}.'],
  setkey: [
    'Change the signing key',
    '{{account}} replaces its signing key by {{key}} and proves that it holds it. The key before stays in the history.',
  ],
  dropkey: [
    'Take the signing key out at once',
    'The signing key of {{account}} is taken out of the producer authority. {{account}} stays a member and can set another key.',
  ],
  setpayee: ['Change the payee', '{{account}} has its pay sent to {{payee}} from now on.'],
  setinfo: [
    'Change what a member says of itself',
    '{{account}} gives its url {{url}}, its location {{location}}, and the members under common ownership or on shared machines: {{owners}}.',
  ],
  leave: [
    'Leave the pool',
    '{{account}} gives notice. It signs blocks and is paid until the notice is over and votes no more. What it has earned stays claimable; its bond is kept for some time after it has left.',
  ],
  depart: [
    'End a membership after its notice',
    'The notice of {{account}} is over: its signing key leaves the producer authority. Anyone may ask for it.',
  ],
  challenge: [
    'Challenge a silent member',
    '{{challenger}} asks {{account}} for a sign of life. Without one in time the membership of {{account}} ends.',
  ],
  respond: ['Answer a challenge', '{{account}} gives the sign of life it was asked for.'],
  oust: [
    'End the membership of a silent member',
    '{{account}} has not responded to a challenge in time: its membership ends, and what it earned stays claimable. Anyone may ask for it.',
  ],
  lapse: [
    'Suspend who has not agreed',
    '{{account}} has not agreed to the newest constitution within the grace time and is suspended until it does. What it earned stays claimable. Anyone may ask for it.',
  ],
  resume: ['End a suspension', 'The suspension of {{account}} is over and it is active again. Anyone may ask for it.'],
  forget: [
    'Erase what is known of a leaver',
    '{{account}} has left, nothing is owed to it and nothing of it is kept: its rows are erased. Anyone may ask for it.',
  ],
  refresh: [
    'Write the authorities again',
    'The producer authority and the permission owner are written anew from the members of this moment. Anyone may ask for it.',
  ],
  open: [
    'Open a deposit',
    '{{account}} opens a row for deposits, at its own cost. After it a transfer of core tokens with the memo deposit is kept for {{account}}, for bonds and fees.',
  ],
  withdraw: [
    'Take back a deposit',
    '{{quantity}} of what {{account}} has deposited and is not held is sent back to it.',
  ],
  release: [
    'Free a bond',
    '{{account}} is no member any more, the time to keep its bond is over and no case is open against it: the bond becomes a free deposit. Anyone may ask for it.',
  ],
  propadmit: [
    'Propose to admit an applicant',
    '{{proposer}} proposes to admit {{account}}, whose proof of its signing key is checked now and at the admission. More than half of the members decide.',
  ],
  propexpel: [
    'Propose to expel a member',
    '{{proposer}} proposes to expel {{account}}, which has no vote on it. Two thirds of the other members decide. What {{account}} earned stays claimable.',
  ],
  propsuspend: [
    'Propose to suspend a member',
    '{{proposer}} proposes to suspend {{account}} for {{seconds}} seconds. {{account}} has no vote on it; two thirds of the other members decide. At most 90 days are possible.',
  ],
  propterms: [
    'Propose a new constitution',
    '{{proposer}} proposes the text with the hash {{terms}} as the new constitution. Two thirds of the members decide. All members then have to agree to it within the grace time.',
  ],
  propconfig: [
    'Propose a figure',
    '{{proposer}} proposes that the figure {{figure}} becomes {{value}}. More than half of the members decide, two thirds on the times of voting, locking and grace.',
  ],
  propurl: [
    'Propose url and location of the producer',
    '{{proposer}} proposes the url {{url}} and the location {{location}} for the producer.',
  ],
  propregister: [
    'Propose to register the producer',
    '{{proposer}} proposes to register the producer account with the keys of all members, or to unregister it: on is {{on}}.',
  ],
  propstrategy: [
    'Propose how blocks are chosen',
    '{{proposer}} proposes the strategy {{strategy}} in the mode {{mode}} from the next window after its execution on.',
  ],
  propclaim: [
    'Propose a claim',
    '{{proposer}} proposes that the chain pays the producer by {{code}}::{{name}}: {{on}}.',
  ],
  proprole: [
    'Propose an emitter, an oracle or an arbitrator',
    '{{proposer}} proposes {{account}} as {{role}}, or to stop it: on is {{on}}.',
  ],
  proporder: [
    'Propose a monthly order',
    '{{proposer}} proposes to pay {{amount}} a month to {{payee}}, {{months}} times, out of the part of the income that is for infrastructure.',
  ],
  propend: ['Propose to end an order', '{{proposer}} proposes to end order {{order}}.'],
  propspend: [
    'Propose to spend',
    '{{proposer}} proposes to pay {{amount}} once to {{payee}}. With {{days}} days above 0 it waits in escrow for so long until the members accept the work.',
  ],
  propaccept: [
    'Propose to accept or refuse work',
    '{{proposer}} proposes to pay the escrow of order {{order}} to its payee, or to take it back: accepted is {{accepted}}.',
  ],
  proptoken: [
    'Propose to share another token',
    '{{proposer}} proposes that {{core}} of {{contract}} is shared among the members like the core token.',
  ],
  propforeign: [
    'Propose to send a foreign token on',
    '{{proposer}} proposes to send {{amount}} of {{contract}}, which is not in the books, to {{to}}.',
  ],
  propmsig: [
    'Propose to approve a transaction',
    '{{proposer}} proposes that the contract account approves the transaction {{proposal_name}} of {{msig_proposer}} in eosio.msig, whose sha256 is {{trx_hash}}. Two thirds of the members decide. Upgrades of the contract go this way.',
  ],
  propsettle: [
    'Propose to settle a window',
    '{{proposer}} proposes who took part in window {{window}}, by metrics with the hash {{metrics_hash}}. The epoch is not closed before the vote has ended.',
  ],
  propvoid: [
    'Propose to make a window void',
    '{{proposer}} proposes that window {{window}} gives nobody a share. The epoch is not closed before the vote has ended.',
  ],
  propunpause: ['Propose to end a pause', '{{proposer}} proposes to end the pause of the pool.'],
  propdissolve: [
    'Propose to dissolve the pool',
    '{{proposer}} proposes to dissolve the pool. Two thirds of the members decide. Everything is then paid out to the members.',
  ],
  vote: [
    'Vote on a proposal',
    '{{voter}} votes on proposal {{id}} with the payload hash {{hash}}: yes is {{yes}}. The vote can be changed until the end.',
  ],
  setproxy: [
    'Name a proxy',
    'Where {{account}} does not vote itself, the vote of {{proxy}} counts for it. An empty name ends that.',
  ],
  tally: [
    'Count a proposal',
    'The votes on proposal {{id}} are counted, for the time to vote is over. Anyone may ask for it.',
  ],
  execute: [
    'Execute a proposal',
    'Proposal {{id}} has passed and its lock time is over: it is done. Anyone may ask for it.',
  ],
  expire: [
    'Expire a proposal',
    'Proposal {{id}} has passed and nobody executed it in time, or it ended long ago: it is put away. Anyone may ask for it.',
  ],
  cancel: ['Withdraw a proposal', '{{proposer}} withdraws its proposal {{id}} before it is counted.'],
  stop: [
    'Stop a role holder at once',
    '{{member}} asks to stop {{account}} as {{role}}. When a second member does so too, it is stopped at once. Only a vote brings it back.',
  ],
  pause: [
    'Pause the pool',
    '{{member}} asks to pause the pool. When a second member does so too, the pool is paused for a limited time. Claims, leaving, votes and the removal of keys go on.',
  ],
  report: [
    'Report a window',
    '{{oracle}} reports which members took part in window {{window}}, by metrics with the hash {{metrics_hash}} and a log with the root {{log_root}}. More than half of the oracles with equal reports settle the window.',
  ],
  cut: [
    'End the epoch',
    'The running epoch ends at its newest settled window and waits for the time to dispute; the next one begins. Anyone may ask for it.',
  ],
  close: [
    'Close the epoch',
    "The epoch's income is split evenly over its shares and credited to the members. Anyone may ask for it when the time to dispute is over.",
  ],
  prune: [
    'Erase old rows',
    'Up to {{max}} rows of windows of closed epochs are erased, and seats of leavers that nothing can be credited to. Anyone may ask for it.',
  ],
  harvest: [
    'Claim the rewards',
    "The pool claims its producer's rewards by claim {{id}} and books them as income. Anyone may ask for it.",
  ],
  collect: [
    'Collect income',
    'What the producer account holds of token {{token}} beyond the books is booked as income. Anyone may ask for it.',
  ],
  sweep: [
    'Measure income',
    "What the pool's accounts hold of token {{token}} beyond the books is booked as income; core tokens move to the producer account, deposits excepted. Anyone may ask for it.",
  ],
  claim: [
    'Pay an account',
    'What the pool owes {{account}} in token {{token}} is sent to its payee. Anyone may ask for it.',
  ],
  payorder: ['Pay an order', 'A month of order {{id}} that is due is paid. Anyone may ask for it.'],
  refund: [
    'Give an escrow back',
    'The escrow of order {{id}} goes back to the infrastructure: its payee gives it up, or the time to accept the work is over.',
  ],
  opencase: [
    'Open a case',
    '{{claimant}} brings {{respondent}} before the arbitrators of the pool, with evidence whose hash is {{evidence}}, and pays the fee. Order {{order}} or window {{window}} can be part of it.',
  ],
  answer: ['Answer a case', '{{respondent}} answers case {{id}} with a text whose hash is {{reply}}.'],
  recuse: ['Withdraw from a case', '{{arbitrator}} does not decide in case {{id}}, being partial or unable.'],
  rule: [
    'Rule in a case',
    '{{arbitrator}} rules in case {{id}}: compensation {{compensation}}, penalty {{penalty}}, act {{act}} {{value}}, for reasons in a text whose hash is {{reason}}. More than half of the panel with the same ruling decide.',
  ],
  appeal: [
    'Appeal to the members',
    '{{party}} puts the ruling in case {{id}} to a vote of the members that are no party to it.',
  ],
  enforce: [
    'Enforce a ruling',
    'The ruling in case {{id}} is done, for nobody can appeal any more. Anyone may ask for it.',
  ],
  closecase: [
    'Close a case',
    'Case {{id}} ends without a ruling, whose time is over, and the fee goes back; or it ended long ago and is erased. Anyone may ask for it.',
  ],
  dissolve: [
    'Dissolve the pool',
    'The next step of a dissolution that the members voted for is done. Anyone may ask for it when its time has come.',
  ],
};

export const ricardianTexts: Record<string, string> = Object.fromEntries(
  Object.entries(TEXTS).map(([name, [title, text]]) => [name, format(title, text)]),
);

export const ricardianClauses = [
  {
    id: 'Constitution',
    body: 'The members are bound by the constitution of the pool: the text whose sha256 is the field terms of the table config. No other text is the text of record.',
  },
];

function format(title: string, text: string): string {
  return `---\nspec_version: "0.2.0"\ntitle: ${title}\nsummary: '${title}'\nicon:\n---\n${text}\n`;
}
