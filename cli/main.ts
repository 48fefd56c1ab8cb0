// The command `watchdog`: composes what the commands need from this process, and ends with the right exit code.
import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { systemClock } from '../functions/kit/clock.ts';
import { describeError, WatchdogError } from '../functions/kit/error.ts';
import { redactText } from '../functions/kit/redact.ts';
import { addAck } from './ack.ts';
import { addChannel } from './channel.ts';
import { addClear } from './clear.ts';
import { addConfig } from './config-check.ts';
import type { Context } from './context.ts';
import { addDeploy } from './deploy/deploy.ts';
import { addDoctor } from './doctor/doctor.ts';
import { addDrill } from './drill.ts';
import { addExplain } from './explain.ts';
import { addHandover } from './handover/handover.ts';
import { addHistory } from './history.ts';
import { addIncident } from './incident.ts';
import { addIncidents } from './incidents.ts';
import { addMaintenance } from './maintenance.ts';
import { addMute } from './mute.ts';
import { addProbe } from './probe.ts';
import { addQuiet } from './quiet.ts';
import { addReplay } from './replay.ts';
import { addRun } from './run.ts';
import { addSecrets } from './secrets/secrets.ts';
import { addStandby } from './standby.ts';
import { addStatus } from './status.ts';
import { openTerminal } from './terminal.ts';

// `watchdog … | head` closes our output early, which is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

const context: Context = {
  terminal: openTerminal(process.stdout, process.stderr),
  clock: systemClock,
  variables: process.env,
  end: (code) => {
    process.exitCode = code;
  },
};

const program = new Command('watchdog')
  .description('Watches validators at home from outside, and tells people once when they go dark.')
  .version(manifest.version)
  .exitOverride()
  .showHelpAfterError('(add --help to see how it is used, with an example)')
  .addHelpText(
    'after',
    '\nExample:\n  $ watchdog config check watchdog.yaml && watchdog probe watchdog.yaml',
  );

const commands = [
  addConfig,
  addProbe,
  addRun,
  addChannel,
  addStatus,
  addExplain,
  addHistory,
  addIncidents,
  addIncident,
  addAck,
  addClear,
  addMute,
  addMaintenance,
  addStandby,
  addDrill,
  addHandover,
  addDeploy,
  addSecrets,
  addDoctor,
  addQuiet,
  addReplay,
];
for (const add of commands) add(program, context);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Help and version were asked for; whatever else commander ends with is a wrong call.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    context.terminal.complain({ style: 'bad', text: 'error' }, ` ${redactText(describeError(error))}`);
    const isTheirs = error instanceof WatchdogError && ['ERR_CONFIG', 'ERR_SECRET'].includes(error.code);
    context.end(isTheirs ? 2 : 1);
  }
}
