// `watchdog secrets prune`: destroys versions that no function has any more, once Terraform has given out the new ones.
import type { Command } from 'commander';
import { examples, exitCodesHelp, type Context } from '../context.ts';
import type { ExitCode } from '../terminal.ts';
import { openFolder, type OutputsOption } from './open-folder.ts';
import { readPinned } from './pinned.ts';
import { destroyOlder } from './set-secrets.ts';

type Options = OutputsOption & { readonly json?: true };

async function prune(folder: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const opening = await openFolder(folder, options, context);
  const pinned = readPinned(folder);
  if (!opening.ok || !pinned.ok) {
    terminal.complain(opening.ok ? (pinned.ok ? '' : pinned.message) : opening.message);
    return 2;
  }
  const { targets, google } = opening.opened;
  const ends = await Promise.all(
    targets.flatMap((target) => {
      const version = pinned.pinned[target.function]?.version;
      if (version === undefined) return [];
      return [
        destroyOlder(google, target.place, { version, keep: [target.deployed] }).then((end) => ({
          function: target.function,
          kept: [
            version,
            ...(target.deployed === null || target.deployed === version ? [] : [target.deployed]),
          ],
          ...end,
        })),
      ];
    }),
  );
  const isGood = ends.every(({ warnings }) => warnings.length === 0);
  if (options.json === true) terminal.json({ ok: isGood, functions: ends });
  else {
    for (const { function: name, kept, destroyed, warnings } of ends) {
      const gone = destroyed.length === 0 ? 'nothing to destroy' : `destroyed ${destroyed.join(', ')}`;
      terminal.print(`${name}: ${gone}, kept ${kept.join(' and ')}`);
      for (const warning of warnings)
        terminal.complain({ style: 'bad', text: 'not destroyed' }, ` ${warning}`);
    }
  }
  return isGood ? 0 : 1;
}

export function addSecretsPrune(group: Command, context: Context): void {
  group
    .command('prune')
    .description('destroys older versions: all but the pinned one and the one that is deployed')
    .argument('<folder>', 'the folder of the deployment')
    .option('--outputs <file>', 'what terraform output -json has printed, instead of asking Terraform')
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      examples(['watchdog secrets prune .', 'after terraform apply, so that a leaked value is gone']) +
        exitCodesHelp,
    )
    .action(async (folder: string, options: Options) => {
      context.end(await prune(folder, options, context));
    });
}
