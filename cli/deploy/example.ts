/** A deployment file to fill in; the test reads it as one with the names in capitals replaced. */
export function exampleFile(): string {
  return `// What a pool shall be: ./pool deploy compares this with the chain. Lines that begin with // are comments.
{
  // Pays for accounts, RAM and stakes, and pushes what anybody may.
  "creator": "CREATOR",

  // Names of 12 characters: shorter ones are auctioned by the chain. The contract's account; 3 MB is what docs/contract.md reckons with among 21 producers. The key is in it until the hand-over.
  "dac": {
    "account": "ourpooldac11",
    "key": "PUBLIC_KEY",
    "ramBytes": 3000000,
    "cpu": "50.0000 EOS",
    "net": "5.0000 EOS"
  },

  // Without keys and code; url and location (ISO 3166-1 number) are what the chain's list of producers shows.
  "producer": {
    "account": "ourpoolbp111",
    "url": "https://pool.example",
    "location": 276,
    "ramBytes": 50000,
    "cpu": "5.0000 EOS",
    "net": "1.0000 EOS"
  },

  // The constitution, relative to this file: its sha256 is what members agree to.
  "terms": "docs/constitution.md",

  // Members without a vote. Each joins on its own machine with ./pool join; with "signingKey" and that key in the key file it is done here.
  // Further fields: payee, url, location, owners, signingKey.
  "founders": [
    { "account": "alice", "url": "https://alice.example", "location": 276 },
    { "account": "bob", "url": "https://bob.example", "location": 840 },
    { "account": "carol", "url": "https://carol.example", "location": 392 }
  ],

  // Those left out keep the contract's defaults (docs/contract.md, Figures).
  "figures": { "monthlimit": 1000000 },

  "strategy": "first-delivered",
  "mode": "propose",

  "roles": {
    // The key signs the emitter's log; endpoints: where members and readers reach it.
    "emitters": [{ "account": "emitterco", "logKey": "PUBLIC_KEY", "endpoints": "emitter.example:9876 https://emitter.example" }],
    // "key" makes the account; "reportKey" is the running oracle's, in a permission of its own.
    "oracles": [
      { "account": "ouroracle111", "key": "PUBLIC_KEY", "reportKey": "PUBLIC_KEY", "ramBytes": 100000, "cpu": "5.0000 EOS", "net": "1.0000 EOS" },
      { "account": "oracle2", "reportKey": "PUBLIC_KEY" },
      { "account": "oracle3" }
    ],
    "arbitrators": ["judge1", "judge2", "judge3"]
  },

  // The founders take over when all have joined; then they vote on roles and on the registration.
  "handover": true,
  "register": true
}
`;
}
