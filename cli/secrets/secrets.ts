// `watchdog secrets`: the values that Terraform never sees, in Secret Manager, one secret for each function.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addSecretsList } from './list.ts';
import { addSecretsPrune } from './prune.ts';
import { addSecretsPull } from './pull.ts';
import { openSecretInput } from './secret-input.ts';
import { addSecretsSet } from './set.ts';
import { addSecretsShow } from './show.ts';

export function addSecrets(program: Command, context: Context): void {
  const group = program
    .command('secrets')
    .description('sets the secrets of a deployment, and says which are missing')
    .addHelpText(
      'after',
      '\nTerraform makes the places of secrets and never sees a value. After `set` comes terraform apply: it gives each function the version that was pinned.\ndocs/secrets.md says more.',
    );
  // No other command is to open the standard input.
  addSecretsSet(group, context, () => openSecretInput(process.stdin, process.stderr));
  addSecretsList(group, context);
  addSecretsShow(group, context);
  addSecretsPull(group, context);
  addSecretsPrune(group, context);
}
