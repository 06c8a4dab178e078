/**
 * The actions of the pool that anybody may push, and why that is safe. Every other action begins with requireAuth: the
 * build fails when one loses it, and when one of these gets it.
 */
export const PERMISSIONLESS: Record<string, string> = {
  depart: 'the member gave notice itself, and its time is over',
  oust: 'the member was challenged and its time to respond is over',
  lapse: 'the grace time for the newest terms is over',
  resume: 'the time of the suspension is over',
  forget: 'nothing is owed to the leaver and nothing of it is kept',
  refresh: 'writes what the roster says anyway',
  release: 'the bond goes to its owner',
  tally: 'the time to vote is over',
  execute: 'the members voted for it and its lock time is over',
  expire: 'the time to execute is over',
  cut: 'the epoch has settled windows and income',
  close: 'the time to dispute is over',
  prune: 'erases rows of closed epochs only',
  harvest: 'what it brings goes into the books',
  collect: 'books what the producer account holds already',
  sweep: 'books what is held already, and moves it between the two accounts of the pool',
  claim: 'pays the payee that the account named',
  payorder: 'the members voted for the order and the month is due',
  refund: 'asks itself whether the payee signed; without it, after the time to accept',
  enforce: 'the time to appeal is over',
  closecase: 'the time for a ruling is over',
  dissolve: 'the members voted for it and its time has come',
};
