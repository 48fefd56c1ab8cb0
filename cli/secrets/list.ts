// `watchdog secrets list`: which secrets a deployment needs, who reads them, and which are missing. It asks nobody and knows no value.
import type { Command } from 'commander';
import { readDeployment } from '../deploy/deployment.ts';
import { examples, exitCodesHelp, type Context } from '../context.ts';
import { table, type Cell } from '../table.ts';
import type { ExitCode } from '../terminal.ts';
import { leftOver, needsOf, type Need } from './missing.ts';
import { readPinned } from './pinned.ts';

type Options = { readonly json?: true };

function row({ name, functions, missing }: Need): Cell[] {
  const isSet = missing.length === 0;
  const state: Cell = isSet
    ? { style: 'good', text: 'set' }
    : {
        style: 'bad',
        text: missing.length === functions.length ? 'missing' : `missing for ${missing.join(', ')}`,
      };
  return [name, state, functions.join(', ')];
}

function list(folder: string, options: Options, { terminal }: Context): ExitCode {
  const read = readDeployment(folder);
  const pinned = readPinned(folder);
  const problem = read.ok ? (pinned.ok ? null : pinned.message) : read.message;
  if (!read.ok || !pinned.ok) {
    if (options.json === true) terminal.json({ ok: false, message: problem });
    else terminal.complain(problem ?? '');
    return 2;
  }
  const needs = needsOf(read.deployment, pinned.pinned);
  const left = leftOver(read.deployment, pinned.pinned);
  const isGood = needs.every(({ missing }) => missing.length === 0);
  if (options.json === true) {
    terminal.json({ ok: isGood, secrets: needs, unneeded: left });
    return isGood ? 0 : 1;
  }
  if (needs.length === 0) terminal.print('this deployment needs no secret');
  else for (const line of table(['secret', '', 'read by'], needs.map(row))) terminal.print(...line);
  for (const { name, function: reader } of left) {
    terminal.print({ style: 'dim', text: `${name} is held for ${reader}, which does not read it any more` });
  }
  if (!isGood) terminal.print(`next: watchdog secrets set ${folder}`);
  return isGood ? 0 : 1;
}

export function addSecretsList(group: Command, context: Context): void {
  group
    .command('list')
    .description('names the secrets that are needed, who reads them, and which are missing; never a value')
    .argument('<folder>', 'the folder of the deployment')
    .option('--json', 'for scripts')
    .addHelpText('after', examples(['watchdog secrets list .', 'what is missing']) + exitCodesHelp)
    .action((folder: string, options: Options) => {
      context.end(list(folder, options, context));
    });
}
