/**
 * What members type; the documentation quotes these lines, cleos.test.ts runs each of them as it stands here. $hash and $id
 * are of the proposal that is meant.
 */
export const LINES = {
  // --- becoming a member
  showConfig: 'cleos get table pooldac pooldac config',
  proveAndShow: './pool join dave --url https://dave.example --location 276 --key-file signing.key',
  proveAndJoin: 'eval "$(./pool join dave --url https://dave.example --location 276 --key-file signing.key)"',
  checkApplication: './pool join dave --check',
  proposeAdmission: `cleos push action pooldac propadmit '["alice", "dave", "two machines in Berlin"]' -p alice`,
  showProposal: 'cleos get table pooldac pooldac proposals --lower $id --limit 1',
  readHash: "cleos get table pooldac pooldac proposals --lower $id --limit 1 | jq -r '.rows[0].hash'",
  vote: `cleos push action pooldac vote '["alice", '$id', "'$hash'", true]' -p alice`,
  voteNo: `cleos push action pooldac vote '["carol", '$id', "'$hash'", false]' -p carol`,
  showVotes: 'cleos get table pooldac $id votes',
  tally: `cleos push action pooldac tally '['$id']' -p dave`,
  execute: `cleos push action pooldac execute '['$id']' -p dave`,
  showMember: 'cleos get table pooldac pooldac members --lower dave --limit 1',
  // --- being one
  newKey: 'eval "$(./pool join dave --setkey --key-file next.key)"',
  dropKey: `cleos push action pooldac dropkey '["dave"]' -p dave`,
  payee: `cleos push action pooldac setpayee '["dave", "davepay"]' -p dave`,
  information: `cleos push action pooldac setinfo '["dave", "https://new.example", 276, "carol holds a third"]' -p dave`,
  proxy: `cleos push action pooldac setproxy '["dave", "alice"]' -p dave`,
  noProxy: `cleos push action pooldac setproxy '["dave", ""]' -p dave`,
  claim: `cleos push action pooldac claim '["dave", 0]' -p dave`,
  showCredits: 'cleos get table pooldac 0 credits',
  challenge: `cleos push action pooldac challenge '["alice", "dave"]' -p alice`,
  respond: `cleos push action pooldac respond '["dave"]' -p dave`,
  proposeTerms:
    `cleos push action pooldac propterms '["alice", "'$(printf "version 2" | sha256sum | cut -c 1-64)'", "version 2"]'` +
    ' -p alice',
  agree: `cleos push action pooldac agree '["dave", "'$(printf "version 2" | sha256sum | cut -c 1-64)'"]' -p dave`,
  leave: `cleos push action pooldac leave '["dave"]' -p dave`,
  // --- a permission that can vote and nothing else
  votingKey: 'cleos set account permission alice voting $votingkey active -p alice',
  votingLink: 'cleos set action permission alice pooldac vote voting -p alice',
  voteByIt: `cleos push action pooldac vote '["alice", '$id', "'$hash'", true]' -p alice@voting`,
  // --- money
  openDeposit: `cleos push action pooldac open '["dave"]' -p dave`,
  deposit: 'cleos transfer dave pooldac "10.0000 EOS" deposit -p dave',
  withdraw: `cleos push action pooldac withdraw '["dave", "4.0000 EOS"]' -p dave`,
  harvest: `cleos push action pooldac harvest '[1]' -p alice`,
  cut: `cleos push action pooldac cut '[]' -p alice`,
  close: `cleos push action pooldac close '[]' -p alice`,
  sweep: `cleos push action pooldac sweep '[0]' -p alice`,
  showBooks: 'cleos get table pooldac pooldac books',
  // --- what members decide
  proposeFigure: `cleos push action pooldac propconfig '["alice", "monthlimit", 1000000, "100 EOS a month"]' -p alice`,
  proposeMode:
    `cleos push action pooldac propstrategy '["alice", "first-delivered", "standby", "one leads, the others follow"]'` +
    ' -p alice',
  showStrategy: 'cleos get table pooldac pooldac strategy',
  proposeRegistration: `cleos push action pooldac propregister '["alice", true, "we begin"]' -p alice`,
  proposeRole:
    `cleos push action pooldac proprole '["alice", "oracle", "oracle1", true, "PUB_K1_11111111111111111111111111111111149Mr2R",` +
    ` "", "a second oracle"]' -p alice`,
  proposeSpend: `cleos push action pooldac propspend '["alice", "worker", "5.0000 EOS", 0, "a second relay node"]' -p alice`,
  proposeOrder: `cleos push action pooldac proporder '["alice", "worker", "2.0000 EOS", 12, "the emitter, monthly"]' -p alice`,
  payOrder: `cleos push action pooldac payorder '[1]' -p worker`,
  cancel: `cleos push action pooldac cancel '["alice", '$id']' -p alice`,
  // --- when something is wrong
  stopOracle: `cleos push action pooldac stop '["alice", "oracle", "oracle1"]' -p alice`,
  stopOracleSecond: `cleos push action pooldac stop '["bob", "oracle", "oracle1"]' -p bob`,
  openCase: `cleos push action pooldac opencase '["dave", "worker", 0, 0, "'$(printf evidence | sha256sum | cut -c 1-64)'"]' -p dave`,
  answer: `cleos push action pooldac answer '["worker", 1, "'$(printf reply | sha256sum | cut -c 1-64)'"]' -p worker`,
  rule:
    `cleos push action pooldac rule '["arbiter1", 1, "1.0000 EOS", "0.0000 EOS", "none", 0,` +
    ` "'$(printf reason | sha256sum | cut -c 1-64)'"]' -p arbiter1`,
  pause: `cleos push action pooldac pause '["alice"]' -p alice`,
  pauseSecond: `cleos push action pooldac pause '["bob"]' -p bob`,
  proposeUnpause: `cleos push action pooldac propunpause '["alice", "the fault is mended"]' -p alice`,
  // --- an upgrade of the contract
  buildUpgrade: 'cleos set contract pooldac . pool.wasm pool.abi -s -j -d -x 3600 -p pooldac@owner > upgrade.json',
  proposeUpgrade: `cleos multisig propose_trx upgrade1 '[{"actor": "pooldac", "permission": "owner"}]' upgrade.json alice -p alice`,
  upgradeHash:
    "cleos get table eosio.msig alice proposal --lower upgrade1 --limit 1 | jq -r '.rows[0].packed_transaction'" +
    ' | xxd -r -p | sha256sum | cut -c 1-64',
  proposeApproval: `cleos push action pooldac propmsig '["alice", "alice", "upgrade1", "'$trxhash'", "version 0.2"]' -p alice`,
  executeUpgrade: 'cleos multisig exec alice upgrade1 -p bob',
} as const;
