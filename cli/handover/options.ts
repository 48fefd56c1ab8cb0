// What all commands of a handover have in common: the configuration, who acts, how the node that is to sign is reached.
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { Config } from '../../functions/config/config.ts';
import { directions, type Direction } from '../../functions/domain/handover/facts.ts';
import { networkOf, type NetworkArguments } from '../../local/network-arguments.ts';
import { askPerson, type AskPerson } from '../ask-person.ts';
import { configOrComplain } from '../config-file.ts';
import { networkOptions, type Context } from '../context.ts';
import { complain } from '../door.ts';
import { byOption, whoSays } from '../quiet-options.ts';
import type { ExitCode } from '../terminal.ts';
import { openHandoverWorld } from './open-world.ts';
import { chooseSigner, type Chosen } from './signer.ts';
import type { HandoverWorld } from './world.ts';

export type CommonOptions = NetworkArguments & {
  readonly config: string;
  readonly by?: string;
  readonly json?: true;
  readonly node?: string;
};

export const toOption = (): Option =>
  new Option('--to <side>', 'where the keys go')
    .choices([...directions])
    .default('cloud' satisfies Direction);

/** Refuses with what would be right. */
function readNode(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError('Write a full address, such as http://127.0.0.1:5052.');
  }
  if (url.username === '' && url.password === '') return text;
  throw new InvalidArgumentError('It must not carry a user name or password.');
}

export const nodeOption = (): Option =>
  new Option(
    '--node <url>',
    'address of the API of the node that is to sign; a cloud node is reached through a tunnel of gcloud without it',
  ).argParser(readNode);

function readInstance(text: string): string {
  if (/^[A-Za-z0-9-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError(
    'It is what `fence instance` prints on that machine: letters, digits and -.',
  );
}

export const instanceOption = (): Option =>
  new Option('--instance <id>', 'the machine of the house: what `fence instance` prints there').argParser(
    readInstance,
  );

/** Adds `--config`, `--by`, `--json` and how names are resolved. */
export function addCommon(command: Command): Command {
  command
    .option('--config <file>', 'the configuration', 'watchdog.yaml')
    .addOption(byOption())
    .option('--json', 'for scripts');
  for (const option of networkOptions()) command.addOption(option);
  return command;
}

const patienceMs = 2_000;

/** A database that does not answer would keep the client, and so the terminal, for minutes; nothing is under way any more by then. */
async function closeSoon(close: () => Promise<void>): Promise<void> {
  const isClosed = await Promise.race([close().then(() => true), wait(patienceMs, false)]);
  if (!isClosed) setTimeout(() => process.exit(), 50);
}

/** What a command of one signer works with. */
export type Handover = {
  readonly world: HandoverWorld;
  readonly chosen: Chosen;
  readonly context: Context;
  readonly ask: AskPerson;
};

const askTerminal = (): AskPerson => askPerson({ input: process.stdin, output: process.stderr });

/** Opens the world, does it, and closes it again whatever happens. Every problem of the configuration is told, and ends it. */
export async function withHandover(
  id: string,
  { options, context }: { readonly options: CommonOptions; readonly context: Context },
  act: (handover: Handover) => Promise<ExitCode>,
): Promise<ExitCode> {
  const opened = openFor(options, context);
  if (typeof opened === 'number') return opened;
  const { world, close } = opened;
  try {
    const choice = chooseSigner(world.config, id);
    if (!choice.ok) return complain({ ok: false, message: choice.message, code: 2 }, context);
    return await act({ world, chosen: choice.chosen, context, ask: askTerminal() });
  } finally {
    await closeSoon(close);
  }
}

export type Opened = {
  readonly world: HandoverWorld;
  readonly config: Config;
  readonly close: () => Promise<void>;
};

/** The same for a command of all signers; an exit code when it cannot begin. */
export function openFor(options: CommonOptions, context: Context): Opened | ExitCode {
  const by = whoSays(options.by, context);
  if (typeof by !== 'string') return complain(by, context);
  const network = networkOf(options);
  const config = configOrComplain(options.config, context.terminal, network.allow);
  if (config === null) return 2;
  return { ...openHandoverWorld({ config, by, network, node: options.node }, context), config };
}
