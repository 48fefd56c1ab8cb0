// Reaches a port on the loopback of a standby through Google's tunnel, with the person's own gcloud: the node itself listens to nobody.
import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../functions/kit/error.ts';
import { plain } from '../local/terminal-text.ts';
import type { Place, Tried } from './handover/world.ts';

/** `url` is on this machine, for as long as the tunnel is open; it does not come back by itself. */
export type Tunnel = {
  readonly url: string;
  readonly isOpen: () => boolean;
  readonly close: () => Promise<void>;
};

export type TunnelOptions = {
  readonly place: Place;
  /** The port on the node's loopback. */
  readonly port: number;
  readonly signal: AbortSignal;
  /** gcloud; another program in tests. */
  readonly program?: string;
};

const patienceMs = 60_000;
const endMs = 3_000;
const lastLines = 400;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => {
      end(true);
    });
    socket.once('error', () => {
      end(false);
    });
  });
}

/** What gcloud is called with, as a person would type it. */
export const tunnelArguments = (
  { project, zone, name }: Place,
  { local, port }: { readonly local: number; readonly port: number },
): string[] => [
  'compute',
  'ssh',
  name,
  `--project=${project}`,
  `--zone=${zone}`,
  '--tunnel-through-iap',
  '--quiet',
  '--',
  '-N',
  '-o',
  'ExitOnForwardFailure=yes',
  '-L',
  `127.0.0.1:${local}:127.0.0.1:${port}`,
];

function remedyOf(said: string): string {
  if (/could not find|not found|404/i.test(said)) return 'is the machine still there?';
  if (/permission|forbidden|403|denied/i.test(said)) {
    return 'you need roles/iap.tunnelResourceAccessor and roles/compute.osLogin on it';
  }
  return /login|credential|auth/i.test(said) ? 'run gcloud auth login' : 'try the same command by hand';
}

const isOver = ({ exitCode, signalCode, pid }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null || pid === undefined;

/** gcloud starts ssh: both go. */
function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (isOver(child) || child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (isOver(child)) return;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  kill(child, 'SIGTERM');
  await Promise.race([ended, wait(endMs)]);
  kill(child, 'SIGKILL');
}

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** It is in a group of its own, which no Ctrl-C reaches: whatever ends this process ends it first. Returns how to stop minding it. */
function endWithUs(child: ChildProcess): () => void {
  const atExit = (): void => {
    kill(child, 'SIGTERM');
  };
  const stop = (): void => {
    process.removeListener('exit', atExit);
    for (const name of endings) process.removeListener(name, atSignal);
  };
  const atSignal = (name: NodeJS.Signals): void => {
    kill(child, 'SIGTERM');
    stop();
    // As it would have gone without us: whoever else minds this signal has been told of it already.
    if (process.listenerCount(name) === 0) process.kill(process.pid, name);
  };
  process.once('exit', atExit);
  for (const name of endings) process.on(name, atSignal);
  return stop;
}

/** Opens it and waits until something answers. Never rejects for what gcloud or a network does. */
export async function openTunnel(options: TunnelOptions): Promise<Tried<Tunnel>> {
  const { place, port, signal, program = 'gcloud' } = options;
  const local = await freePort();
  const child = spawn(program, tunnelArguments(place, { local, port }), {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let said = '';
  let failure: string | null = null;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-lastLines);
  });
  child.once('error', (error) => {
    failure =
      codeOf(error) === 'ENOENT'
        ? 'gcloud is not installed here: install the Google Cloud CLI, or reach the node yourself and give its address with --node'
        : 'gcloud could not be started';
  });
  child.once('exit', () => {
    const last = plain(said.trim().split('\n').at(-1) ?? '');
    failure ??= `the tunnel to ${place.name} ended: ${last === '' ? 'gcloud said nothing' : last}; ${remedyOf(said)}`;
  });
  const forget = endWithUs(child);
  const close = async (): Promise<void> => {
    await end(child);
    forget();
  };
  const deadline = performance.now() + patienceMs;
  while (failure === null && performance.now() < deadline && !signal.aborted) {
    // oxlint-disable no-await-in-loop -- until it is there
    if (await answers(local)) {
      const isOpen = (): boolean => failure === null;
      return { ok: true, value: { url: `http://127.0.0.1:${local}`, isOpen, close } };
    }
    await wait(100);
    // oxlint-enable no-await-in-loop
  }
  await close();
  if (signal.aborted) return { ok: false, why: `nobody waits for the tunnel to ${place.name} any more` };
  return { ok: false, why: failure ?? `the tunnel to ${place.name} was not there within a minute` };
}
