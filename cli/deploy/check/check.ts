// `watchdog deploy check`: what is wrong with a deployment before it is applied, and what it will cost. It asks nobody.
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { money } from '../../../functions/domain/standby/spent.ts';
import { examples, exitCodesHelp, type Context } from '../../context.ts';
import { readPinned } from '../../secrets/pinned.ts';
import { table, type Cell } from '../../table.ts';
import type { ExitCode } from '../../terminal.ts';
import { type Bill, type CostLine, type Costs, costsOf } from '../cost.ts';
import { checkFiles } from './files.ts';
import { type Finding, problem } from './finding.ts';
import { checkPlan, readPlan } from './plan.ts';
import { checkRules } from './rules.ts';
import { readTfvars, type Tfvars } from './tfvars.ts';

type Options = { readonly plan?: string; readonly costs?: true; readonly json?: true };

type Checked = { readonly findings: readonly Finding[]; readonly costs: Costs | null };

/** Where the examples deploy to when nothing else is said. */
const usualRegion = 'europe-west1';

/** Names of the secrets that were set; what is wrong with the file is found elsewhere. */
function pinnedIn(folder: string): readonly string[] {
  const read = readPinned(folder);
  return read.ok ? Object.values(read.pinned).flatMap(({ names }) => names) : [];
}

async function check(folder: string, options: Options): Promise<Checked> {
  const { findings, deployment, config } = checkFiles(folder);
  const read = readTfvars(folder);
  const tfvars: Tfvars | null = typeof read === 'string' ? null : read;
  const found = [
    ...findings,
    ...(typeof read === 'string' ? [problem('terraform.tfvars', read, 'check its owner')] : []),
  ];
  if (deployment === null) return { findings: found, costs: null };
  if (options.plan !== undefined) {
    const plan = await readPlan(folder, options.plan);
    found.push(
      ...(plan.ok
        ? checkPlan(plan.plan, deployment)
        : [problem('plan', plan.message, 'terraform plan -out FILE')]),
    );
  }
  if (config === null) return { findings: found, costs: null };
  found.push(...checkRules({ config, deployment, tfvars, pinned: pinnedIn(folder) }));
  const region = tfvars?.values.get('region');
  const emails = tfvars?.values.get('emails');
  return {
    findings: found,
    costs: costsOf({
      config,
      region: typeof region === 'string' ? region : usualRegion,
      hasKeysProject: typeof tfvars?.values.get('keys_project') === 'string',
      hasWitness: tfvars?.values.get('witness_region') !== null,
      isMonitored: !(Array.isArray(emails) && emails.length === 0),
    }),
  };
}

const sums = ({ total }: Bill): string =>
  Object.entries(total).length === 0
    ? 'nothing'
    : Object.entries(total)
        .map(([currency, sum]) => money(sum, currency))
        .join(' and ');

const rounded = (amount: number): string =>
  (amount >= 100 ? Math.round(amount) : Number(amount.toPrecision(2))).toLocaleString('en-US');

function costRow({ what, amount, unit, free, freeIn, cost, currency, isLookedUp }: CostLine): Cell[] {
  return [
    `  ${what}`,
    `${rounded(amount)} ${unit}`,
    freeIn === null ? '' : `${rounded(free)} a ${freeIn} free`,
    `${money(Math.abs(cost) < 0.005 ? 0 : cost, currency)}${isLookedUp ? '' : ' *'}`,
  ];
}

function showCosts({ rest, outage }: Costs, isWhole: boolean, { terminal }: Context): void {
  const { print } = terminal;
  const bills = [
    ['a month at rest', rest],
    ['a day on which every house is dark, beside it', outage],
  ] as const;
  for (const [title, bill] of bills) {
    print({ style: 'strong', text: title }, `: ${sums(bill)}`);
    const lines = isWhole ? bill.lines : bill.lines.filter(({ cost }) => cost >= 0.005);
    if (lines.length === 0) continue;
    for (const line of table(['', '', '', ''], lines.map(costRow)).slice(1)) print(...line);
  }
  const guessed = [...rest.lines, ...outage.lines].some(({ isLookedUp }) => !isLookedUp);
  if (guessed)
    print({
      style: 'dim',
      text: '* by list prices that nobody looked up for you: docs/cost.md says where they stand',
    });
  if (!isWhole) print({ style: 'dim', text: 'every line of it: --costs' });
}

function show(folder: string, { findings, costs }: Checked, options: Options, context: Context): void {
  const { print } = context.terminal;
  for (const { kind, about, says, todo } of findings) {
    const [first = '', ...rest] = says.split('\n');
    print({ style: kind === 'problem' ? 'bad' : 'doubt', text: kind }, ` ${about}: ${first}`);
    for (const line of rest) print(`  ${line}`);
    print(`  right would be: ${todo}`);
  }
  const problems = findings.filter(({ kind }) => kind === 'problem').length;
  if (problems === 0) print({ style: 'good', text: 'good' }, ` ${folder} can be applied`);
  if (costs !== null) {
    print('');
    showCosts(costs, options.costs === true, context);
  }
}

async function run(folder: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    const message = `there is no folder ${folder}; make it, or begin with a copy of terraform/examples/minimal`;
    if (options.json === true) terminal.json({ ok: false, message });
    else terminal.complain(message);
    return 2;
  }
  const checked = await check(folder, options);
  const isGood = checked.findings.every(({ kind }) => kind === 'hint');
  if (options.json === true) terminal.json({ ok: isGood, ...checked });
  else show(folder, checked, options, context);
  return isGood ? 0 : 1;
}

export function addDeployCheck(group: Command, context: Context): void {
  group
    .command('check')
    .description(
      'says what is wrong with a deployment before it is applied, and what it will cost; asks nobody',
    )
    .argument('<folder>', 'the folder of the deployment')
    .option('--plan <file>', 'also looks at what Terraform would do: the file of terraform plan -out')
    .option('--costs', 'every line of the costs')
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      examples(
        ['watchdog deploy check .', 'before each terraform apply'],
        [
          'terraform plan -out next.tfplan && watchdog deploy check . --plan next.tfplan',
          'and what would be changed',
        ],
        ['watchdog deploy check . --costs', 'what it costs, line by line'],
      ) + exitCodesHelp,
    )
    .action(async (folder: string, options: Options) => {
      context.end(await run(folder, options, context));
    });
}
