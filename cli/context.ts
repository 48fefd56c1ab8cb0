// What a command gets from the machine it runs on, and the options that several commands share.
import { Option } from 'commander';
import type { Clock } from '../functions/kit/clock.ts';
import type { Environment } from '../functions/kit/environment.ts';
import { addAllowed, addResolve } from '../local/network-arguments.ts';
import type { ExitCode, Terminal } from './terminal.ts';

export type Context = {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly variables: Environment['variables'];
  /** Ends the command with what it came to: its exit code. */
  readonly end: (code: ExitCode) => void;
};

/** The same without a line that tells of a question under way: for what asks again and again and shows something else meanwhile. */
export const quietly = (context: Context): Context => ({
  ...context,
  terminal: { ...context.terminal, progress: () => () => undefined },
});

/** `--resolve` and `--allow`, each as often as wanted; new ones for each command, since commander changes them. */
export function networkOptions(): Option[] {
  return [
    new Option(
      '--resolve <host:port:address[:port]>',
      'connect to this address (and port) instead of looking the host up; may be repeated',
    )
      .argParser(addResolve)
      .default([], 'none'),
    new Option('--allow <cidr>', 'allow these addresses although they are not public; may be repeated')
      .argParser(addAllowed)
      .default([], 'none'),
  ];
}

/** The part of `--help` that shows how a command is used. */
export function examples(...lines: readonly (readonly [command: string, what: string])[]): string {
  return ['', lines.length === 1 ? 'Example:' : 'Examples:']
    .concat(lines.flatMap(([command, what]) => [`  # ${what}`, `  $ ${command}`]))
    .join('\n');
}

export const exitCodesHelp =
  '\n\nExit code: 0 all is good, 1 something is bad or could not be found out, 2 wrong usage or configuration.';
