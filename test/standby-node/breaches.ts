// Looks through all files of a standby for what must never be on one: who signs, who is paid, secrets, doors that are open, units that nobody ordered.
import { containerOf, flagsOf, settingsOf, wordsOf } from './unit-file.ts';

/** What the programs that look for keys, or wipe them, have to name. */
const searchers = [
  '/usr/local/bin/watchdog-agent',
  '/usr/local/sbin/standby-boot',
  '/usr/local/sbin/standby-wipe',
];

const words: readonly (readonly [RegExp, string])[] = [
  [
    /\blighthouse\s+(vc|validator|validator_client|account|am)\b|\b(vc|validator_client)\b/i,
    'a validator client',
  ],
  [/fee[-_ ]?recipient|etherbase/i, 'a fee recipient'],
  [/\bbuilder\b|mev[-_ ]?boost|\brelay\b/i, 'a builder'],
  [/keystore|validator_keys|priv_validator/i, 'a keystore'],
  [/mnemonic|seed phrase/i, 'a mnemonic'],
  [/private[-_ ]?key|BEGIN [A-Z ]*PRIVATE|nodekeyhex|p2p-secret-key/i, 'a private key'],
  [/passw(or)?d|passphrase/i, 'a password'],
  [/api[-_]?key|bearer|google_service_credentials|service_account_(email|secret)/i, 'an API key'],
  [/--(unlock|mine|dev|allow-insecure-unlock)\b/i, 'an unlocked account'],
];

const contract = new Set([
  'standby.target',
  'standby-firewall.service',
  'standby-disk.service',
  'standby-images.service',
  'standby-chain.service',
  'standby-compare.service',
  'standby-compare.timer',
  'standby-logs.service',
  'standby-wipe.service',
  'standby-wipe.timer',
  'watchdog-agent.service',
  'watchdog-agent.timer',
  'geth.service',
  'lighthouse.service',
  'bera-reth.service',
  'beacond.service',
]);
/** systemd's own, which ours only order themselves by. */
const order =
  /^(network-online|network-pre|local-fs|shutdown|multi-user|timers)\.target$|^systemd-tmpfiles-setup\.service$/;

/** Where p2p listens: the only flags whose address may be any. */
const p2p = new Set([
  'lighthouse --listen-address 0.0.0.0',
  'bera-reth --addr 0.0.0.0',
  'bera-reth --discovery.addr 0.0.0.0',
  'beacond --p2p.laddr tcp://0.0.0.0:26656',
]);

/** What each client offers when it is asked to or by default, and the flag that says where. */
const offers: Readonly<Record<string, readonly string[]>> = {
  geth: ['--http.addr', '--authrpc.addr', '--metrics.addr'],
  lighthouse: ['--http-address', '--metrics-address'],
  'bera-reth': ['--http.addr', '--authrpc.addr', '--metrics'],
  beacond: ['--rpc.laddr', '--beacon-kit.node-api.address'],
};
const closed =
  /^--(ws|graphql|pprof|http\.corsdomain|http-allow-origin|rpc\.unsafe|priv_validator_laddr|http-enable-tls|gui|validator-.*|rpc\.grpc_laddr)(\.|$)/;
const loopback = /^((tcp|http):\/\/)?(127\.0\.0\.1|localhost)(:\d+)?$/;
const address = /(\d{1,3}\.){3}\d{1,3}|\[[0-9a-f:]*\]|^::|:\/\/:|^:\d+$|^\*/;
/** Of the network, which everybody knows; nothing else of that length may be here. */
const genesis = /^WATCHDOG_GENESIS="?0x[0-9a-f]{64}"?$/;

function* wordBreaches(path: string, content: string): Generator<string> {
  const lines = content.split('\n').filter((line) => !/^\s*(#|\/\/)/.test(line));
  if (/init-slashing-protection/.test(content)) yield `${path}: slashing protection begins empty`;
  for (const line of lines) {
    if (/(?<![0-9a-f]|sha256:)[0-9a-f]{64}(?![0-9a-f])/i.test(line) && !genesis.test(line)) {
      yield `${path}: what may be a secret`;
    }
    if (searchers.includes(path)) continue;
    for (const [pattern, what] of words) if (pattern.test(line)) yield `${path}: ${what}`;
  }
}

function* clientBreaches(path: string, unit: string, name: string): Generator<string> {
  const { podman, image, client } = containerOf(unit);
  if (!/\bpodman run\b|\bdocker\b/.test(unit)) return;
  if (!/^\$\{(EXECUTION|CONSENSUS|LOGS)_IMAGE\}$/.test(image))
    yield `${path}: an image that nobody has chosen by its digest`;
  const bounds = podman.join(' ');
  for (const bound of [
    '--read-only',
    '--cap-drop all',
    '--security-opt no-new-privileges',
    '--pull never',
    '--network host',
  ]) {
    if (!`${bounds} `.includes(` ${bound} `)) yield `${path}: a container without ${bound}`;
  }
  if (!/ --user (2001:2001|2002:2002|2004:2004) /.test(bounds)) yield `${path}: a container of another user`;
  if (/--(privileged|cap-add|device|pid|userns|publish|env-host|secret)\b/.test(bounds))
    yield `${path}: a container with more than it needs`;
  if (!wordsOf(unit, 'Requires').includes('standby-firewall.service'))
    yield `${path}: a container without the firewall`;

  const flags = flagsOf(client);
  for (const flag of flags) {
    if (closed.test(flag.name)) yield `${path}: ${flag.name} opens a door`;
    if (
      address.test(flag.value) &&
      !loopback.test(flag.value) &&
      !p2p.has(`${name} ${flag.name} ${flag.value}`)
    ) {
      if (!flag.name.endsWith('vhosts')) yield `${path}: ${flag.name} is at ${flag.value}`;
    }
    if (flag.name.endsWith('vhosts') && flag.value !== 'localhost,127.0.0.1')
      yield `${path}: ${flag.name} is ${flag.value}`;
    if (flag.name === '--http.api' && flag.value !== 'eth,net,web3')
      yield `${path}: --http.api is ${flag.value}`;
  }
  // No option says it, and the published configuration serves them to everybody.
  const metrics = 'BEACOND_INSTRUMENTATION_PROMETHEUS_LISTEN_ADDR=127.0.0.1:26660';
  if (name === 'beacond' && !podman.includes(metrics)) yield `${path}: metrics are not on loopback`;
  for (const offer of offers[name] ?? []) {
    const said = flags.filter((flag) => flag.name === offer);
    if (said.length !== 1 || !said.every(({ value }) => loopback.test(value)))
      yield `${path}: ${offer} is not on loopback`;
  }
}

function* unitBreaches(path: string, unit: string): Generator<string> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!path.includes('.d/') && !contract.has(name)) yield `${path}: a unit that nobody ordered`;
  const pulls = ['Wants', 'Requires', 'BindsTo', 'Upholds', 'PartOf', 'OnFailure', 'OnSuccess', 'Also'];
  for (const each of pulls.flatMap((setting) => wordsOf(unit, setting))) {
    if (!contract.has(each) && !order.test(each)) yield `${path}: pulls in ${each}`;
  }
  const isInstalled = settingsOf(unit).some(({ section }) => section === 'Install');
  if (isInstalled && !['standby.target', 'watchdog-agent.timer'].includes(name))
    yield `${path}: is enabled by itself`;
  yield* clientBreaches(path, unit, name.replace(/\.service$/, ''));
}

/** Every breach, as `path: what`; none for a standby as it must be. */
export function breachesOf(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([path, content]) => [
    ...wordBreaches(path, content),
    ...(path.includes('/systemd/system/') ? unitBreaches(path, content) : []),
  ]);
}

/** What the first boot may run, and no unit but one may it enable. */
export const firstBoot: readonly (readonly string[])[] = [
  ['systemd-sysusers'],
  ['systemctl', 'restart', 'systemd-journald.service'],
  ['systemd-tmpfiles', '--create', 'standby.conf'],
  ['systemctl', 'daemon-reload'],
  ['systemctl', 'enable', '--now', '--no-block', 'standby.target'],
];
