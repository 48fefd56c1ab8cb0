// `watchdog secrets pull`: makes the file of pinned versions anew from what Secret Manager holds, when it was lost.
import type { Command } from 'commander';
import { examples, exitCodesHelp, type Context } from '../context.ts';
import type { ExitCode } from '../terminal.ts';
import { needsOf } from './missing.ts';
import { openFolder, type OutputsOption } from './open-folder.ts';
import { namesOf } from './payload.ts';
import { type Pinned, writePinned } from './pinned.ts';
import { held } from './set-secrets.ts';

type Options = OutputsOption & { readonly json?: true };

async function pull(folder: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const opening = await openFolder(folder, options, context);
  if (!opening.ok) {
    terminal.complain(opening.message);
    return 2;
  }
  const { targets, google, deployment } = opening.opened;
  const found = await Promise.all(
    targets.map(async (target) => ({ target, now: await held(google, target) })),
  );
  const problems = found.flatMap(({ target, now }) => (now.ok ? [] : [`${target.function}: ${now.why}`]));
  if (problems.length > 0) {
    for (const problem of problems) terminal.complain(problem);
    terminal.complain('nothing was written');
    return 1;
  }
  const pinned: Pinned = Object.fromEntries(
    found.flatMap(({ target, now }) =>
      now.ok && now.value.version !== null
        ? [[target.function, { version: now.value.version, names: namesOf(now.value.payload) }]]
        : [],
    ),
  );
  if (targets.length > 0 && Object.keys(pinned).length === 0) {
    terminal.complain(
      `Secret Manager holds no value for any function of this deployment, so nothing was written; is it this project? Set them with: watchdog secrets set ${folder}`,
    );
    return 1;
  }
  writePinned(folder, pinned);
  const missing = needsOf(deployment, pinned).filter((need) => need.missing.length > 0);
  if (options.json === true) terminal.json({ ok: true, secret_versions: pinned, missing });
  else {
    for (const [name, { version, names }] of Object.entries(pinned)) {
      terminal.print(
        { style: 'good', text: 'pinned' },
        ` ${name}: version ${version}, with ${names.join(', ')}`,
      );
    }
    terminal.print(
      missing.length === 0
        ? 'every secret is set'
        : `still missing: ${missing.map(({ name }) => name).join(', ')}; set them with: watchdog secrets set ${folder}`,
    );
  }
  return 0;
}

export function addSecretsPull(group: Command, context: Context): void {
  group
    .command('pull')
    .description('makes secrets.auto.tfvars.json anew from the newest versions in Secret Manager')
    .argument('<folder>', 'the folder of the deployment')
    .option('--outputs <file>', 'what terraform output -json has printed, instead of asking Terraform')
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      examples(['watchdog secrets pull .', 'on another machine, or after the file was lost']) + exitCodesHelp,
    )
    .action(async (folder: string, options: Options) => {
      context.end(await pull(folder, options, context));
    });
}
