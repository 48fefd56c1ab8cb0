// The command line of `npm start`: two modes in one command, and no option of the one in the other.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../functions/kit/duration.ts';
import type { Environment } from '../functions/kit/environment.ts';
import { addAllowed, addResolve, networkOf, type NetworkArguments } from '../local/network-arguments.ts';

export type LabMode = {
  readonly mode: 'lab';
  readonly hasStory: boolean;
  readonly isOnce: boolean;
  readonly speed: number;
  readonly port: number;
};

export type LiveMode = {
  readonly mode: 'live';
  readonly configPath: string;
  readonly dataDir: string;
  readonly network: Environment['network'];
  readonly everyMs: number;
  readonly port: number;
  readonly heartbeatPort: number;
};

type Raw = NetworkArguments & {
  readonly once?: true;
  readonly story: boolean;
  readonly speed: number;
  readonly config?: string;
  readonly data: string;
  readonly every: number;
  readonly port: number;
  readonly heartbeatPort: number;
};

const labOnly = ['once', 'story', 'speed'] as const;
const liveOnly = ['data', 'resolve', 'allow', 'every', 'heartbeatPort'] as const;

const flags: Readonly<Record<(typeof labOnly)[number] | (typeof liveOnly)[number], string>> = {
  once: '--once',
  story: '--no-story',
  speed: '--speed',
  data: '--data',
  resolve: '--resolve',
  allow: '--allow',
  every: '--every',
  heartbeatPort: '--heartbeat-port',
};

const wholeNumber =
  (lowest: number, highest: number) =>
  (text: string): number => {
    const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= lowest && value <= highest) return value;
    throw new InvalidArgumentError(`write a whole number from ${lowest} to ${highest}`);
  };

function readEvery(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms >= 1000 && ms <= 3_600_000) return ms;
  throw new InvalidArgumentError('write a whole number with s or m, from 1s to 60m, such as 60s');
}

const help = `
Without --config it is the lab: a pretend house, the real watchdog, and a story of what can go wrong. After
the story it stays up; type help to see what you can break. It needs no account, no key and no network.

Examples:
  # the story, then a lab to play with
  $ npm start
  # the story only, for scripts: exit code 0 if all went as told
  $ npm start -- --once
  # watch the real endpoints of a file, and keep what is known in ~/.basement-watchdog
  $ npm start -- --config watchdog.yaml --data ~/.basement-watchdog
  # the same, with a name that leads somewhere else
  $ npm start -- --config watchdog.yaml --resolve vpn.example.net:30303:192.0.2.7

Exit code: 0 all is good, 1 something went wrong, 2 wrong usage or configuration.`;

function commandOf(): Command {
  return new Command('npm start --')
    .description('Runs the watchdog on this machine: in a lab, or for real.')
    .addOption(new Option('--once', 'lab: end after the story, with a summary'))
    .addOption(new Option('--no-story', 'lab: go straight to the commands'))
    .addOption(
      new Option('--speed <times>', 'lab: how many times as fast as your clock, 1 to 60')
        .argParser(wholeNumber(1, 60))
        .default(60),
    )
    .addOption(new Option('--config <file>', 'live: watch the real endpoints of this configuration'))
    .addOption(
      new Option('--data <dir>', 'live: where to keep what is known').default(
        '.basement-watchdog',
        '.basement-watchdog in this folder',
      ),
    )
    .addOption(
      new Option(
        '--resolve <host:port:address[:port]>',
        'live: connect to this address instead of looking the host up; may be repeated',
      )
        .argParser(addResolve)
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--allow <cidr>',
        'live: allow these addresses although they are not public; may be repeated',
      )
        .argParser(addAllowed)
        .default([], 'none'),
    )
    .addOption(
      new Option('--every <duration>', 'live: how often to look; the deployed watchdog looks each minute')
        .argParser(readEvery)
        .default(60_000, '60s'),
    )
    .addOption(
      new Option('--port <number>', 'port of the status on this machine')
        .argParser(wholeNumber(0, 65_535))
        .default(0, 'any that is free'),
    )
    .addOption(
      new Option('--heartbeat-port <number>', 'live: port on which houses send their news to this machine')
        .argParser(wholeNumber(0, 65_535))
        .default(0, 'any that is free'),
    )
    .addHelpText('after', help)
    .showHelpAfterError('(add --help to see how it is used, with examples)')
    .allowExcessArguments(false)
    .exitOverride();
}

function modeOf(command: Command): LabMode | LiveMode {
  const raw = command.opts<Raw>();
  const given = (name: string): boolean => command.getOptionValueSource(name) === 'cli';
  const isLive = raw.config !== undefined;
  const [stray] = (isLive ? labOnly : liveOnly).filter(given);
  if (stray !== undefined) {
    const flag = flags[stray];
    command.error(
      isLive ? `error: ${flag} is for the lab, without --config` : `error: ${flag} goes with --config FILE`,
    );
  }
  if (raw.once === true && !raw.story)
    command.error('error: --once plays the story that --no-story leaves out');
  const { port } = raw;
  if (raw.config === undefined) {
    return { mode: 'lab', hasStory: raw.story, isOnce: raw.once === true, speed: raw.speed, port };
  }
  return {
    mode: 'live',
    configPath: raw.config,
    dataDir: raw.data,
    network: networkOf(raw),
    everyMs: raw.every,
    port,
    heartbeatPort: raw.heartbeatPort,
  };
}

type Output = Pick<NodeJS.WriteStream, 'write'>;

/** What to run, or the exit code with which it ends already, after help or a complaint was written. */
export function parseOptions(
  args: readonly string[],
  out: Output,
  err: Output,
): LabMode | LiveMode | { readonly exitCode: 0 | 2 } {
  const command = commandOf().configureOutput({
    writeOut: (text) => out.write(text),
    writeErr: (text) => err.write(text),
  });
  try {
    command.parse(args, { from: 'user' });
    return modeOf(command);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? 0 : 2 };
  }
}
