// The commands that a person types for the client at hand: protection into a stopped client, its fence, and its start. None of them is run from here.
import type { ChainName } from '../../functions/domain/chain.ts';
import type { Direction } from '../../functions/domain/handover/facts.ts';
import type { Place } from './world.ts';

/** What a validator client of Ethereum is told beside its keys. */
export type Proposing = { readonly feeRecipient: string; readonly hasBuilder: boolean };

/** Where fences ask, and by which keys they believe the answer. */
export type GateAddress = { readonly url: string; readonly publicKeys: readonly string[] };

export type StartOptions = {
  readonly chain: ChainName;
  readonly to: Direction;
  readonly signer: string;
  readonly place: Place | null;
  readonly network: string;
  readonly proposing: Proposing | null;
  /** Null when none is configured: then nothing but the person stands between two clients. */
  readonly gate: GateAddress | null;
};

/** Where the person's own encrypted disk is mounted on a cloud node. */
const keysAt = '/mnt/keys';
/** Of clients that sign: beside root, the agent and the log shipper the only one that may ask the node who it is. */
const signs = '2005:2005';
const lighthouse = `sudo podman run --rm --network host --user ${signs} --volume ${keysAt}:${keysAt} --entrypoint lighthouse "$CONSENSUS_IMAGE"`;

// Sources: https://lighthouse-book.sigmaprime.io/validator_slashing_protection.html, https://docs.cometbft.com/v0.38/core/configuration
const importOf = {
  ethereum: (file: string): string[] => [
    'Into the STOPPED client, and out again; nothing may run with these keys meanwhile. On a standby, after `. /etc/watchdog/node.env`:',
    `  sudo chown -R ${signs} ${keysAt}`,
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

const mounts =
  '--volume /usr/local/sbin/fence:/fence:ro --volume /var/lib/watchdog-fence:/var/lib/watchdog-fence --volume /etc/ssl/certs:/etc/ssl/certs:ro --env-file /etc/watchdog/fence.env';

/** The fence onto a cloud node, with what it has to know; nothing of it is secret. `owner` runs the client. */
function fenceCommands(
  { signer, chain, place, gate }: StartOptions & { readonly gate: GateAddress },
  owner: string,
  more: readonly string[],
): string[] {
  const where = place === null ? 'NODE' : `${place.name} --project ${place.project} --zone ${place.zone}`;
  const [node, ...flags] = where.split(' ');
  return [
    'The fence first: without it nothing holds this client back when the keys go home. From where you have built it (basement/fence/README.md):',
    `  gcloud compute scp fence ${node}:/tmp/fence ${[...flags, '--tunnel-through-iap'].join(' ')}`,
    'On the node:',
    `  sudo install -m 0755 /tmp/fence /usr/local/sbin/fence && sudo install -d -o ${owner} -g ${owner} -m 0700 /var/lib/watchdog-fence`,
    "  sudo tee /etc/watchdog/fence.env <<'END'",
    `FENCE_SIGNER=${signer}`,
    `FENCE_CHAIN=${chain === 'ethereum' ? 'ethereum' : 'cometbft'}`,
    `FENCE_GATE_URL=${gate.url}`,
    `FENCE_GATE_KEYS=${gate.publicKeys.join(',')}`,
    'FENCE_IDENTITY=compute',
    'FENCE_CA_FILE=/etc/ssl/certs/ca-certificates.crt',
    ...more,
    'END',
  ];
}

const unfenced =
  'NO GATE is configured: nothing but you keeps this client and the one at home from running together. See docs/fence.md.';
const atHome =
  'its fence, where there is one, asks the gate within 15 seconds and starts it; `fence status` there says what it waits for';

function ethereumStart(options: StartOptions): string[] {
  const { to, proposing, signer, network, gate } = options;
  const recipient = proposing?.feeRecipient ?? 'FEE_RECIPIENT';
  const builder = proposing?.hasBuilder === true ? ' --builder-proposals' : '';
  const flags = `--suggested-fee-recipient ${recipient}${builder} --enable-doppelganger-protection`;
  if (to === 'basement') {
    return [
      `At home, for the client that has these keys (network ${network}; it signs after two to three epochs of silence):`,
      `  kubectl scale statefulset ${signer} --replicas=1   # with these flags: ${flags}`,
      `If it is up already, ${atHome}.`,
    ];
  }
  const run = `sudo podman run --detach --restart always --name ${signer}-vc --network host --user ${signs} --read-only --cap-drop all --volume ${keysAt}:${keysAt}`;
  const [entry, before] = gate === null ? ['lighthouse', ''] : ['/fence', '-- lighthouse '];
  return [
    ...(gate === null ? [unfenced] : fenceCommands({ ...options, gate }, '2005', [])),
    'On the node, after `. /etc/watchdog/node.env` (fee recipient and builder as at home; it signs after two to three epochs of silence):',
    `  ${run} \\`,
    ...(gate === null ? [] : [`    ${mounts} \\`]),
    `    --entrypoint ${entry} "$CONSENSUS_IMAGE" ${before}vc --network "$NETWORK" --datadir ${keysAt} \\`,
    `    --beacon-nodes http://127.0.0.1:5052 ${flags}`,
  ];
}

const files = (program: string): string[] =>
  ['KEY', 'STATE'].map(
    (what) =>
      `${program.toUpperCase()}_PRIV_VALIDATOR_${what}_FILE=${keysAt}/priv_validator_${what.toLowerCase()}.json`,
  );

/** The unit of the node with a fence around its client, as a drop-in made from the unit itself. */
const withFence = (program: string): string[] => {
  const dropIn = `/etc/systemd/system/${program}.service.d`;
  const inserted = `${mounts} --volume ${keysAt}:${keysAt} --entrypoint /fence \${CONSENSUS_IMAGE} -- ${program}`;
  return [
    `  sudo chown -R 2002:2002 ${keysAt} && sudo mkdir -p ${dropIn}`,
    `  sed -n '/^ExecStart=/,/[^\\\\]$/p' /etc/systemd/system/${program}.service | sed -e 's#--entrypoint ${program} \${CONSENSUS_IMAGE}#${inserted}#' -e '1i [Service]\\nExecStart=' | sudo tee ${dropIn}/fence.conf`,
    // The client is of the user that owns the chain, and its fence has to say who this node is.
    '  sudo nft insert rule inet standby metadata meta skuid 2002 accept   # again after each boot: until then the fence waits',
    `  sudo systemctl daemon-reload && sudo systemctl restart ${program}`,
  ];
};

function cometStart(options: StartOptions): string[] {
  const { to, chain, signer, gate } = options;
  const program = chain === 'berachain' ? 'beacond' : 'cometbft';
  if (to === 'basement') {
    return [
      'At home: the home that held the key before, with its own key file and the new state file beside it; never a home without a key file,',
      'for the client would write an empty state over the one that is there. node_key.json stays as it is, on both sides:',
      `  kubectl scale statefulset ${signer} --replicas=1`,
      `If it is up already, ${atHome}.`,
    ];
  }
  if (gate === null) {
    return [
      unfenced,
      'Configure one, and put the fence on the node: a node of CometBFT restarts by itself, with whatever key it finds.',
    ];
  }
  return [
    ...fenceCommands({ ...options, gate }, '2002', [
      `FENCE_STATE_FILE=${keysAt}/priv_validator_state.json`,
      ...files(program),
    ]),
    'On the node: the client gets the key and its state from your disk; node_key.json stays as it is, on both sides:',
    ...withFence(program),
  ];
}

/** How the client is started once the flag says so. */
export const startCommands = (options: StartOptions): string[] =>
  options.chain === 'ethereum' ? ethereumStart(options) : cometStart(options);
