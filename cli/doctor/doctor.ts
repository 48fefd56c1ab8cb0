// `watchdog doctor`: asks everything that was deployed, as the person, and says what is missing or wrong and what to do about it.
import type { Command } from 'commander';
import { secretReader } from '../../functions/kit/secret.ts';
import { readDeployment } from '../deploy/deployment.ts';
import { readOutputs } from '../deploy/outputs.ts';
import { endpointVariable, logIn, openGoogle } from '../google/google.ts';
import { examples, type Context } from '../context.ts';
import { tokenVariable } from '../fetch-status.ts';
import { statusTokenOf } from '../secrets/status-token.ts';
import type { ExitCode } from '../terminal.ts';
import type { Style } from '../../local/terminal-text.ts';
import { type Check, type DoctorWorld, groups } from './check.ts';
import { examineData } from './data.ts';
import { examineFunctions } from './functions.ts';
import { examineMonitoring } from './monitoring.ts';
import { examinePeople } from './people.ts';
import { notChecked, probe } from './probe.ts';
import { examineProject } from './project.ts';
import { examineScheduler } from './scheduler.ts';
import { examineStandbys } from './standbys.ts';

type Options = { readonly outputs?: string; readonly probe?: true; readonly json?: true };

const words = { ok: 'ok', broken: 'broken', unknown: 'not known' } as const;
const style = { ok: 'good', broken: 'bad', unknown: 'doubt' } as const satisfies Record<
  Check['state'],
  Style
>;
const widest = Math.max(...Object.values(words).map((word) => word.length));

function codeOf(checks: readonly Check[]): ExitCode {
  if (checks.some(({ state }) => state === 'broken')) return 1;
  return checks.every(({ state }) => state === 'ok') ? 0 : 3;
}

function count(checks: readonly Check[], state: Check['state']): string {
  return `${checks.filter((each) => each.state === state).length} ${words[state]}`;
}

function show(checks: readonly Check[], { terminal }: Context, hasProbed: boolean): void {
  const { print } = terminal;
  for (const group of groups) {
    const own = checks.filter((each) => each.group === group);
    if (own.length === 0) continue;
    print({ style: 'strong', text: group });
    for (const { state, name, says, todo } of own) {
      print(
        '  ',
        { style: style[state], text: words[state] },
        ' '.repeat(widest - words[state].length + 2),
        `${name}: ${says}`,
      );
      if (todo !== null) print(`${' '.repeat(widest + 4)}to do: ${todo}`);
    }
  }
  print('');
  if (hasProbed) print(notChecked);
  print(`${count(checks, 'ok')}, ${count(checks, 'broken')}, ${count(checks, 'unknown')}`);
}

function preparedIn(folder: string): Pick<DoctorWorld, 'prepared' | 'unprepared'> {
  const read = readDeployment(folder);
  if (!read.ok) return { prepared: null, unprepared: read.message };
  const { sites, functions, bundle, standbys } = read.deployment;
  return {
    prepared: {
      sites,
      secrets: Object.values(functions).flatMap(({ secrets }) => secrets),
      functions: Object.keys(functions),
      sha256: bundle.sha256,
      maxStandbys: standbys?.max_standbys ?? null,
    },
    unprepared: null,
  };
}

async function doctor(folder: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal, clock, variables } = context;
  const refuse = (message: string, code: ExitCode): ExitCode => {
    if (options.json === true) terminal.json({ ok: false, message });
    else terminal.complain(message);
    return code;
  };
  const read = await readOutputs(folder, { from: options.outputs, variables });
  if (!read.ok) return refuse(read.message, 2);
  const { outputs } = read;
  const endpoint = variables[endpointVariable];
  const google = openGoogle({ clock, endpoint });
  const at = clock.now();
  const world: DoctorWorld = { google, outputs, ...preparedIn(folder), at };
  const done = terminal.progress(() => `asking Google, ${Math.round((clock.now() - at) / 1000)} s`);
  try {
    // Whoever is not logged in is told so once.
    const first = await examineProject(world);
    const stranger = first.find(({ says }) => says.startsWith(logIn));
    if (stranger !== undefined) return refuse(stranger.says, 3);
    const found = await Promise.all([
      examineFunctions(world),
      examineScheduler(world),
      examineData(world),
      examinePeople(world),
      examineMonitoring(world),
      examineStandbys(world),
      options.probe === true
        ? probe({
            ...world,
            as: (token) =>
              openGoogle({
                clock,
                endpoint,
                isCounted: false,
                identify: () => Promise.resolve({ authorization: `Bearer ${token}` }),
              }),
            statusToken: () =>
              statusTokenOf(folder, {
                google,
                outputs,
                own: () => secretReader(variables)({ env: tokenVariable }),
              }),
          })
        : [],
    ]);
    const checks = [...first, ...found.flat()];
    done();
    const code = codeOf(checks);
    if (options.json === true) terminal.json({ ok: code === 0, checks });
    else show(checks, context, options.probe === true);
    return code;
  } finally {
    done();
  }
}

export function addDoctor(program: Command, context: Context): void {
  program
    .command('doctor')
    .description('asks everything that was deployed, with your own Google identity, and says what is wrong')
    .argument('<folder>', 'the folder of the deployment')
    .option('--outputs <file>', 'what terraform output -json has printed, instead of asking Terraform')
    .option('--probe', 'also tries: calls functions without a token, and writes that have to be refused')
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      `${examples(
        ['watchdog doctor .', 'after terraform apply; it changes nothing'],
        ['watchdog doctor . --probe', 'and prove that nobody is let in who should not be'],
        ['watchdog doctor . --json', 'for a script, once a week'],
      )}\n\nExit code: 0 all is well, 1 something is broken, 2 wrong usage or configuration, 3 something could not be found out.`,
    )
    .action(async (folder: string, options: Options) => {
      context.end(await doctor(folder, options, context));
    });
}
