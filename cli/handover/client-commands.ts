// The commands that a person types for the client at hand: protection into a stopped client, and its start. None of them is run from here.
import type { ChainName } from '../../functions/domain/chain.ts';
import type { Direction } from '../../functions/domain/handover/facts.ts';
import type { Place } from './world.ts';

/** What a validator client of Ethereum is told beside its keys. */
export type Proposing = { readonly feeRecipient: string; readonly hasBuilder: boolean };

export type StartOptions = {
  readonly chain: ChainName;
  readonly to: Direction;
  readonly signer: string;
  readonly place: Place | null;
  readonly network: string;
  readonly proposing: Proposing | null;
};

/** Where the person's own encrypted disk is mounted on a cloud node. */
const keysAt = '/mnt/keys';
const lighthouse =
  'sudo podman run --rm --network host --user 2002:2002 --volume /mnt/keys:/mnt/keys --entrypoint lighthouse "$CONSENSUS_IMAGE"';

// Sources: https://lighthouse-book.sigmaprime.io/validator_slashing_protection.html, https://docs.cometbft.com/v0.38/core/configuration
const importOf = {
  ethereum: (file: string): string[] => [
    'Into the STOPPED client, and out again; nothing may run with these keys meanwhile. On a standby, after `. /etc/watchdog/node.env`:',
    `  ${lighthouse} account validator slashing-protection import ${file} --datadir ${keysAt} --network "$NETWORK"`,
    `  ${lighthouse} account validator slashing-protection export export.json --datadir ${keysAt} --network "$NETWORK"`,
    'Other clients: teku slashing-protection import --from=FILE, prysm validator slashing-protection-history import --slashing-protection-json-file=FILE,',
    'nimbus_beacon_node slashingdb import FILE, lodestar validator slashing-protection import --file FILE; each has export beside import.',
  ],
  cometbft: (file: string): string[] => [
    'Into the STOPPED client. The home that holds the key keeps its own file under another name; nothing is deleted:',
    `  mv ${keysAt}/priv_validator_state.json ${keysAt}/priv_validator_state.json.$(date -u +%Y%m%dT%H%M%SZ)   # when there is one`,
    `  cp ${file} ${keysAt}/priv_validator_state.json && chmod 0600 ${keysAt}/priv_validator_state.json`,
    'If the file of the other side is at hand and its height is higher: take that one. A key file never goes anywhere without a state file.',
    `What the client holds is that file itself: watchdog handover compare ${keysAt}/priv_validator_state.json ${file}`,
  ],
} as const;

/** Protection goes into a stopped client, and is exported again before anything starts. */
export const importCommands = (chain: ChainName, file: string): string[] =>
  chain === 'ethereum' ? importOf.ethereum(file) : importOf.cometbft(file);

function ethereumStart({ to, proposing, signer, network }: StartOptions): string[] {
  const recipient = proposing?.feeRecipient ?? 'FEE_RECIPIENT';
  const builder = proposing?.hasBuilder === true ? ' --builder-proposals' : '';
  const flags = `--suggested-fee-recipient ${recipient}${builder} --enable-doppelganger-protection`;
  if (to === 'cloud') {
    return [
      'On the node, after `. /etc/watchdog/node.env` (fee recipient and builder as at home; it signs after two to three epochs of silence):',
      `  sudo podman run --detach --name ${signer}-vc --network host --user 2002:2002 --read-only --volume ${keysAt}:${keysAt} \\`,
      `    --entrypoint lighthouse "$CONSENSUS_IMAGE" vc --network "$NETWORK" --datadir ${keysAt} \\`,
      `    --beacon-nodes http://127.0.0.1:5052 ${flags}`,
    ];
  }
  return [
    `At home, for the client that has these keys (network ${network}; it signs after two to three epochs of silence):`,
    `  kubectl scale statefulset ${signer} --replicas=1   # with these flags: ${flags}`,
  ];
}

function cometStart({ to, chain, signer }: StartOptions): string[] {
  const program = chain === 'berachain' ? 'beacond' : 'cometbft';
  if (to === 'cloud') {
    return [
      'On the node: the client gets the key and its state from your disk; node_key.json stays as it is, on both sides:',
      `  sudo mkdir -p /etc/systemd/system/${program}.service.d`,
      `  printf '[Service]\\nEnvironment=BEACOND_PRIV_VALIDATOR_KEY_FILE=${keysAt}/priv_validator_key.json BEACOND_PRIV_VALIDATOR_STATE_FILE=${keysAt}/priv_validator_state.json\\n' | sudo tee /etc/systemd/system/${program}.service.d/keys.conf`,
      `  sudo systemctl daemon-reload && sudo systemctl restart ${program}`,
    ];
  }
  return [
    'At home: the home that held the key before, with its own key file and the new state file beside it; never a home without a key file,',
    'for the client would write an empty state over the one that is there. node_key.json stays as it is, on both sides:',
    `  kubectl scale statefulset ${signer} --replicas=1`,
  ];
}

/** How the client is started once the flag says so. */
export const startCommands = (options: StartOptions): string[] =>
  options.chain === 'ethereum' ? ethereumStart(options) : cometStart(options);
