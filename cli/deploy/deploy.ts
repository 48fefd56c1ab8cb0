// `watchdog deploy`: from a folder with a configuration to what Terraform needs, and what is wrong with it before it is applied.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addDeployCheck } from './check/check.ts';
import { addDeployPrepare } from './prepare.ts';

export function addDeploy(program: Command, context: Context): void {
  const group = program
    .command('deploy')
    .description('prepares what Terraform deploys, and checks it before it is applied')
    .addHelpText(
      'after',
      '\nIn this order: deploy prepare, deploy check, terraform apply, secrets set, terraform apply, doctor. docs/deploy.md says more.',
    );
  addDeployPrepare(group, context);
  addDeployCheck(group, context);
}
