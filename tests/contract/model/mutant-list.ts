/** A fault to be planted into a copy of the contract: one text of a file for another. */
export interface Mutant {
  name: string;
  file: string;
  from: string;
  to: string;
}

export const MUTANTS: Mutant[] = [
  {
    name: 'respondent-votes',
    file: 'ballot.ts',
    from: '&& seat.account != proposal.respondent',
    to: '',
  },
  {
    name: 'half-is-majority',
    file: 'ballot.ts',
    from: 'electors / 2 + 1',
    to: '(electors + 1) / 2',
  },
  {
    name: 'proxy-beside-vote',
    file: 'ballot.ts',
    from: 'if (vote == null && seat.proxy.N != 0)',
    to: 'if (seat.proxy.N != 0)',
  },
  {
    name: 'vote-and-proxy-count',
    file: 'ballot.ts',
    from: '                if (vote.yes) yes += 1;',
    to: `                const second = proxyVote(seats, votes, proposal, seat.proxy);
                if (second != null && second.voter != vote.voter) {
                    if (second.yes) yes += 1;
                    else no += 1;
                }
                if (vote.yes) yes += 1;`,
  },
  {
    name: 'two-thirds-down',
    file: 'ballot.ts',
    from: '(<u32>electors * 2 + 2) / 3',
    to: '(<u32>electors * 2) / 3',
  },
  {
    name: 'stale-oracle-counts',
    file: 'windows.ts',
    from: 'if (oracle != null && oracle.active) equal += 1;',
    to: 'if (oracle != null) equal += 1;',
  },
  {
    name: 'void-keeps-shares',
    file: 'verdicts.ts',
    from: '    move(self, decided.eligible, window <= state.closing_through, false);\n    decided.voided = true;',
    to: '    decided.voided = true;',
  },
  {
    name: 'close-undisputed',
    file: 'pay.ts',
    from: '    requireUndisputed(self, through);\n',
    to: '',
  },
  {
    name: 'closing-forgotten',
    file: 'pay.ts',
    from: 'books.closing_bucket = books.bucket;',
    to: 'books.closing_bucket = 0;',
  },
  {
    name: 'claim-to-account',
    file: 'pay.ts',
    from: 'const payee = member == null ? account : member.payee;',
    to: 'const payee = account;',
  },
  {
    name: 'bond-stays-in-deposits',
    file: 'rulings.ts',
    from: '        books.deposits = sub(books.deposits, taken);\n',
    to: '',
  },
  {
    name: 'limit-forgotten',
    file: 'treasury.ts',
    from: '    state.month_spent = add(state.month_spent, units);\n',
    to: '',
  },
  {
    name: 'refund-by-anyone',
    file: 'treasury.ts',
    from: 'if (!byPayee && left > 0)',
    to: 'if (!byPayee && left > 1000000)',
  },
  {
    name: 'key-of-another',
    file: 'keys.ts',
    from: 'if (used.account != account || used.key != key) fail',
    to: 'if (used.key != key) fail',
  },
  {
    name: 'unproven-key-admitted',
    file: 'roster.ts',
    from: '    requireOwnKey(self, config, member);\n',
    to: '',
  },
  {
    name: 'unproven-key-ended',
    file: 'keys.ts',
    from: 'if (member.keyless || !isProven(member)) return;',
    to: 'if (member.keyless) return;',
  },
  {
    name: 'proof-outlives-application',
    file: 'roster.ts',
    from: '        dropProof(member);\n        member.status = LEFT;',
    to: '        member.status = LEFT;',
  },
  {
    name: 'left-key-signs',
    file: 'roster.ts',
    from: '    if (signed) refreshSigning(self, config);\n    if (voted)',
    to: '    if (voted)',
  },
  {
    name: 'answer-by-anyone',
    file: 'pool.contract.ts',
    from: '        requireAuth(respondent);\n',
    to: '',
  },
  {
    name: 'fee-to-all',
    file: 'cases.ts',
    from: 'if (ruling != null && isSame(ruling, given)) paid.push',
    to: 'if (ruling != null) paid.push',
  },
  {
    name: 'probation-forgotten',
    file: 'ballot.ts',
    from: '        && seat.probation_until.utcSeconds <= proposal.created.utcSeconds\n',
    to: '',
  },
  {
    name: 'any-symbol-deposits',
    file: 'deposits.ts',
    from: 'if (books.contract != token || books.symbol != quantity.symbol) return;',
    to: 'if (books.contract != token) return;',
  },
  {
    name: 'withdraw-by-anyone',
    file: 'pool.contract.ts',
    from: '        requireAuth(account);\n        withdraw(',
    to: '        withdraw(',
  },
  {
    name: 'report-by-anyone',
    file: 'pool.contract.ts',
    from: '        requireAuth(oracle);\n',
    to: '',
  },
  {
    name: 'setfigure-by-anyone',
    file: 'pool.contract.ts',
    from: '        requireAuth(this.receiver);\n        const config = loadConfig(this.receiver);\n        requireFounding(config);\n        setFigure',
    to: '        const config = loadConfig(this.receiver);\n        requireFounding(config);\n        setFigure',
  },
  {
    name: 'deposit-not-booked',
    file: 'deposits.ts',
    from: '    books.deposits = add(books.deposits, quantity.amount);\n    saveBooks(self, books);\n',
    to: '',
  },
  {
    name: 'escrow-not-booked',
    file: 'treasury.ts',
    from: '    books.escrow = add(books.escrow, amount);\n',
    to: '',
  },
  {
    name: 'bucket-credited-and-kept',
    file: 'pay.ts',
    from: '        books.bucket = sub(books.bucket, credited);\n',
    to: '',
  },
  {
    name: 'claim-owes-on',
    file: 'pay.ts',
    from: '    books.owed = sub(books.owed, amount);\n',
    to: '',
  },
  {
    name: 'sweep-loses-the-infrastructure',
    file: 'books.ts',
    from: '        books.infrastructure = add(books.infrastructure, infrastructure);\n',
    to: '',
  },
  {
    name: 'order-paid-off-the-books',
    file: 'treasury.ts',
    from: '    books.infrastructure = sub(books.infrastructure, units);\n}\n\n// for a ruling',
    to: '}\n\n// for a ruling',
  },
  {
    name: 'window-gives-two-shares',
    file: 'windows.ts',
    from: '    move(self, window.eligible, false, true);\n',
    to: '    move(self, window.eligible, false, true);\n    move(self, window.eligible, false, true);\n',
  },
];
