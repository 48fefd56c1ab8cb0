// A machine that boots with a fence as a service of systemd, and a way through TLS to the real gate.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createServer } from 'node:tls';
import { authority } from '../../support/certificates.ts';
import { buildFence } from '../../support/fence-program.ts';
import { listen } from '../../support/server.ts';
import { startGate, type Gate } from './gate.ts';
import { prepareMachine, type BootedMachine } from './machine.ts';
import { net, type Closable } from './net.ts';
import { startNetwork } from './network.ts';

export type FencedMachine = Closable & {
  readonly machine: BootedMachine;
  readonly gate: Gate;
  /** How many connections to the gate were made so far, also while it answers none. */
  readonly attempts: () => number;
  /** The clients that run in it now. */
  readonly clients: () => Promise<number[]>;
  /** What the unit is now: `active`, `inactive`, … */
  readonly state: () => Promise<string>;
  /** The process that systemd takes for the unit; 0 for none. */
  readonly mainPid: () => Promise<number>;
  /** What the fence that runs now has said since systemd started it. */
  readonly said: () => Promise<string>;
  /** What the clients did, as they wrote it: `start PID`, `TERM PID`. */
  readonly events: () => Promise<string[]>;
};

export const unit = 'validator.service';
const gateHost = 'gate.test';
const gateAddress = '198.51.100.1';
const client = '/usr/local/bin/stub-validator';
const log = '/var/lib/validator/events';
const stateFile = '/var/lib/validator/priv_validator_state.json';

const clientScript = `#!/bin/sh
echo "start $$" >>${log}
trap 'echo "TERM $$" >>${log}; exit 0' TERM
while :; do sleep 0.1; done
`;

// What the README of the fence says of systemd.
const unitFile = `[Unit]
Description=A validator client under the fence

[Service]
EnvironmentFile=/etc/fence/val-1.env
ExecStart=/opt/fence/fence -- ${client}
StateDirectory=watchdog-fence
Restart=always
RestartSec=5
KillMode=mixed
TimeoutStopSec=120

[Install]
WantedBy=multi-user.target
`;

/** It is off, and its unit is not enabled yet. */
export async function fencedMachine(): Promise<FencedMachine> {
  const closings: (() => unknown)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closings.toReversed()) await close();
  };
  const built = await net('fenced-machine', async (site) => {
    const gate = await startGate({ folder: site.folder, chain: 'cometbft', keys: ['A'.repeat(40)] });
    closings.push(gate.close);
    const ca = authority();
    const port = Number(new URL(gate.url).port);
    const front = await listen(
      createServer(ca.issue({ name: gateHost, hosts: [gateHost] }), (outer) => {
        const inner = connect({ host: '127.0.0.1', port });
        outer.on('error', () => inner.destroy());
        inner.on('error', () => outer.destroy());
        outer.pipe(inner).pipe(outer);
      }),
    );
    closings.push(front.close);
    const network = await startNetwork(site, [{ address: gateAddress, port: 443, to: front.address }]);
    closings.push(network.close);
    const machine = prepareMachine(site, network);

    machine.put('/etc/cloud/cloud-init.disabled', '');
    machine.put('/etc/hosts', `127.0.0.1 localhost\n${gateAddress} ${gateHost}\n`);
    machine.put('/opt/fence/fence', readFileSync(await buildFence('fence')), 0o755);
    machine.put(client, clientScript, 0o755);
    machine.put(`/etc/systemd/system/${unit}`, unitFile);
    machine.put('/etc/fence/token', gate.token, 0o600);
    machine.put('/etc/fence/ca.pem', ca.cert);
    machine.put(stateFile, '{"height":"1","round":0,"step":3}');
    machine.put(
      '/etc/fence/val-1.env',
      [
        `FENCE_SIGNER=${gate.signer}`,
        'FENCE_CHAIN=cometbft',
        `FENCE_GATE_URL=https://${gateHost}`,
        `FENCE_GATE_KEYS=${gate.key}`,
        'FENCE_TOKEN_FILE=/etc/fence/token',
        'FENCE_CA_FILE=/etc/fence/ca.pem',
        `FENCE_STATE_FILE=${stateFile}`,
        'FENCE_POLL=1s',
        '',
      ].join('\n'),
    );
    const show = async (property: string): Promise<string> =>
      machine.run('systemctl', 'show', '--value', `--property=${property}`, unit);
    const parts: Omit<FencedMachine, 'close'> & { readonly release: () => void } = {
      machine,
      gate,
      attempts: front.accepted,
      clients: async () => {
        const found = (await machine.run('ps', '-eo', 'pid=,ppid=,args='))
          .split('\n')
          .map((line) => line.trim().split(/ +/))
          .filter(([, , ...args]) => args.join(' ') === `/bin/sh ${client}`)
          .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
        // A shell that begins a command is two for a moment.
        return found.filter(({ parent }) => !found.some(({ pid }) => pid === parent)).map(({ pid }) => pid);
      },
      state: async () => show('ActiveState'),
      mainPid: async () => Number(await show('MainPID')),
      said: async () =>
        machine.run(
          'journalctl',
          '--no-pager',
          '--output=cat',
          `_SYSTEMD_INVOCATION_ID=${await show('InvocationID')}`,
        ),
      events: async () => {
        const { text } = await machine.attempt('cat', log);
        return text.split('\n').filter((line) => /^(start|TERM) \d+$/.test(line));
      },
      release: machine.release,
    };
    return parts;
  }).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  return {
    ...built,
    close: async () => {
      await built.close();
      built.release();
      await closeAll();
    },
  };
}
