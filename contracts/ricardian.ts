/** What each action says in words. The build fails for an action without words. */
const TEXTS: Record<string, [title: string, text: string]> = {
  init: [
    'Set up the pool',
    'The pool names its producer account {{producer}}, its core token {{core}} of {{token_contract}}, the hash {{terms}} of its constitution, and its voted figures. It is done once.',
  ],
  join: [
    'Join the pool',
    '{{account}} agrees to the constitution with the hash {{terms}}, offers the signing key {{key}}, proves that it holds that key, and names {{payee}} to be paid. Admission is decided by the pool.',
  ],
  admit: ['Admit a member', 'The pool admits {{account}}: from now on its signing key may sign blocks of the pool.'],
  leave: [
    'Leave the pool',
    '{{account}} leaves. Its signing key is taken out of the producer authority at once; what it has earned stays claimable.',
  ],
  setkey: ['Change the signing key', '{{account}} replaces its signing key by {{key}} and proves that it holds it.'],
  setpayee: ['Change the payee', '{{account}} has its pay sent to {{payee}} from now on.'],
  setoracle: ['Name or stop an oracle', 'The pool names {{oracle}} as an oracle, or stops it: active is {{active}}.'],
  register: [
    'Register the producer',
    'The pool registers its producer account with all signing keys, or unregisters it: on is {{on}}.',
  ],
  report: [
    'Report a window',
    '{{oracle}} reports which members took part in window {{window}}, by metrics with the hash {{metrics_hash}} and a log with the root {{log_root}}. A majority of equal reports settles the window.',
  ],
  harvest: [
    'Claim the rewards',
    "The pool claims its producer's rewards and books them as income. Anyone may ask for it.",
  ],
  collect: [
    'Collect income',
    'The pool takes the core tokens of its producer account into its own books. Anyone may ask for it.',
  ],
  sweep: ['Measure income', 'What the balance holds beyond the books is booked as income. Anyone may ask for it.'],
  cut: [
    'End the epoch',
    'The running epoch ends at its newest settled window and waits for the time to dispute; the next one begins. Anyone may ask for it.',
  ],
  close: [
    'Close the epoch',
    "The epoch's income is split evenly over its shares and credited to the members. Anyone may ask for it when the time to dispute is over.",
  ],
  claim: ['Pay a member', 'What the pool owes {{account}} is sent to its payee. Anyone may ask for it.'],
  prune: ['Erase old windows', 'Up to {{max}} rows of closed epochs are erased. Anyone may ask for it.'],
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
