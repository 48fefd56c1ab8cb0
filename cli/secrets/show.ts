// `watchdog secrets show`: one value, for what has to know it as well, such as the house its token.
import type { Command } from 'commander';
import { plain } from '../../local/terminal-text.ts';
import { examples, exitCodesHelp, type Context } from '../context.ts';
import type { ExitCode } from '../terminal.ts';
import { openFolder, type OutputsOption } from './open-folder.ts';
import { held } from './set-secrets.ts';

async function show(
  folder: string,
  name: string,
  options: OutputsOption,
  context: Context,
): Promise<ExitCode> {
  const { terminal } = context;
  const opening = await openFolder(folder, options, context);
  if (!opening.ok) {
    terminal.complain(opening.message);
    return 2;
  }
  const { targets, google } = opening.opened;
  const readers = targets.filter(({ needs }) => needs.includes(name));
  if (readers.length === 0) {
    terminal.complain(
      `no function of this deployment reads ${name}; watchdog secrets list ${folder} names them`,
    );
    return 2;
  }
  const values = new Set<string>();
  for (const reader of readers) {
    // oxlint-disable-next-line no-await-in-loop -- two at most
    const now = await held(google, reader);
    if (!now.ok) {
      terminal.complain(now.why);
      return 1;
    }
    const value = now.value.payload[name];
    if (value !== undefined) values.add(value);
  }
  const [value] = values;
  if (value === undefined) {
    terminal.complain(`${name} is not set; set it with: watchdog secrets set ${folder} ${name}`);
    return 1;
  }
  if (values.size > 1) {
    terminal.complain(
      `functions have different values of ${name}; give it anew with: watchdog secrets set ${folder} ${name}`,
    );
    return 1;
  }
  if (plain(value.replaceAll('\n', '')) !== value.replaceAll('\n', '')) {
    terminal.complain(`${name} holds characters that a terminal acts on; look at it in Secret Manager`);
    return 1;
  }
  for (const line of value.split('\n')) terminal.print(line);
  return 0;
}

export function addSecretsShow(group: Command, context: Context): void {
  group
    .command('show')
    .description('prints one secret, for what has to know it as well: the Ansible vault, a webhook')
    .argument('<folder>', 'the folder of the deployment')
    .argument('<name>', 'the secret')
    .option('--outputs <file>', 'what terraform output -json has printed, instead of asking Terraform')
    .addHelpText(
      'after',
      examples([
        'watchdog secrets show . HEARTBEAT_TOKEN | ansible-vault encrypt_string --stdin-name heartbeat_token',
        'the token that the house shows, into its vault and past the screen',
      ]) + exitCodesHelp,
    )
    .action(async (folder: string, name: string, options: OutputsOption) => {
      context.end(await show(folder, name, options, context));
    });
}
