// `watchdog secrets set`: gives secrets to the functions that read them; a value is never an argument and never shown.
import { Option, type Command } from 'commander';
import { describeError, WatchdogError } from '../../functions/kit/error.ts';
import { examples, exitCodesHelp, type Context } from '../context.ts';
import type { ExitCode } from '../terminal.ts';
import { gatherValues, type SetOptions } from './gather-values.ts';
import { publicHalf } from './make-secret.ts';
import { needsOf, type Need } from './missing.ts';
import { openFolder, type Opened } from './open-folder.ts';
import { type Pinned, readPinned, writePinned } from './pinned.ts';
import type { SecretInput } from './secret-input.ts';
import { type Brought, held, setSecrets, type Target } from './set-secrets.ts';
import { isGateKey, ownNames, valueProblem } from './value-problem.ts';

type Refusal = { readonly code: ExitCode; readonly message: string };
const wrong = (message: string): Refusal => ({ code: 2, message });
const bad = (message: string): Refusal => ({ code: 1, message });

type Set = {
  readonly brought: readonly Brought[];
  readonly needs: readonly Need[];
  readonly unneeded: readonly string[];
  readonly publicKey: string | null;
  /** What was made and is to be shown. */
  readonly shown: string | null;
};

/**
 * Something that is made must not lock out whoever has the former value. Where a run before did not come to its end, or a function came
 * later, what the others have is taken instead.
 */
async function formerValue(
  name: string,
  targets: readonly Target[],
  { google }: Opened,
): Promise<
  { readonly ok: true; readonly value: string | null } | { readonly ok: false; readonly why: string }
> {
  const values = new Set<string>();
  for (const target of targets) {
    // oxlint-disable-next-line no-await-in-loop -- two at most
    const now = await held(google, target);
    if (!now.ok) return now;
    const value = now.value.payload[name];
    if (value !== undefined) values.add(value);
  }
  if (values.size > 1) {
    return { ok: false, why: `functions have different values of ${name}; give it anew with --replace` };
  }
  return { ok: true, value: [...values][0] ?? null };
}

async function setIn(
  folder: string,
  given: { readonly name: string | null; readonly options: SetOptions },
  { context, input }: { readonly context: Context; readonly input: SecretInput },
): Promise<Set | Refusal> {
  const { name, options } = given;
  const { terminal, variables } = context;
  const opening = await openFolder(folder, options, context);
  if (!opening.ok) return wrong(opening.message);
  const { opened } = opening;
  const read = readPinned(folder);
  if (!read.ok) return wrong(read.message);
  const needs = needsOf(opened.deployment, read.pinned);
  if (name !== null && !needs.some((need) => need.name === name)) {
    const known =
      needs.length === 0 ? 'it needs none' : `it needs ${needs.map((need) => need.name).join(', ')}`;
    return wrong(`no function of this deployment reads ${name}; ${known}`);
  }
  if (opened.withoutPlace.length > 0) {
    return bad(
      `Terraform has made no place for the secrets of ${opened.withoutPlace.join(', ')} yet: run terraform apply first`,
    );
  }
  const gathered = await gatherValues(
    options,
    { needs, name, own: opened.config === null ? [] : ownNames(opened.config) },
    { variables, input },
  );
  if (!gathered.ok) return wrong(gathered.message);
  let { values } = gathered;
  let { publicKey } = gathered;
  const isMade = options.random === true || options.generate !== undefined;
  if (isMade && options.replace !== true) {
    const kept = new Map(values);
    for (const each of values.keys()) {
      const readers = opened.targets.filter((target) => target.needs.includes(each));
      // oxlint-disable-next-line no-await-in-loop -- a few at most
      const former = await formerValue(each, readers, opened);
      if (!former.ok) return bad(former.why);
      if (former.value === null) continue;
      // A run before may have been broken off between the version and this sentence.
      const half = options.generate === undefined ? null : publicHalf(former.value);
      if (needs.find((need) => need.name === each)?.missing.length === 0) {
        return bad(
          `${each} is set already, and whoever has its value would be locked out by a new one; add --replace if that is meant, or see it with: watchdog secrets show ${folder} ${each}${half === null ? '' : `; its public half, for gate.publicKeys: ${half}`}`,
        );
      }
      kept.set(each, former.value);
      publicKey = half;
    }
    values = kept;
  }
  for (const [each, value] of values) {
    // The public half of a key that is made here cannot be in the configuration yet.
    if (isMade && isGateKey(opened.config, each)) continue;
    const problem = valueProblem(opened.config, each, value);
    if (problem !== null) return wrong(`${each}: ${problem}`);
  }
  if (values.size === 0) return wrong('none of these names is one that a function reads; nothing was set');
  let pinned: Pinned = read.pinned;
  let doing = 'asking Secret Manager';
  const done = terminal.progress(() => doing);
  try {
    const brought = await setSecrets(opened.targets, values, {
      google: opened.google,
      pinned: () => pinned,
      pin: (each, version, names) => {
        pinned = { ...pinned, [each]: { version, names } };
        writePinned(folder, pinned);
      },
      say: (line) => {
        doing = line;
      },
    });
    const [made] = values.values();
    return {
      brought,
      needs: needsOf(opened.deployment, pinned),
      unneeded: gathered.unneeded,
      publicKey,
      shown: options.show === true && values.size === 1 ? (made ?? null) : null,
    };
  } catch (error) {
    if (error instanceof WatchdogError) return bad(describeError(error));
    throw error;
  } finally {
    done();
  }
}

const isRefusal = (value: Set | Refusal): value is Refusal => 'code' in value;

function versionWords({ version, isNew, destroyed }: Brought): string {
  const old = destroyed.length === 0 ? '' : `; destroyed ${destroyed.join(', ')}`;
  return `version ${version ?? '?'}${isNew ? '' : ' holds it already'}${old}`;
}

function show(folder: string, set: Set, { terminal }: Context): void {
  const { print, complain } = terminal;
  for (const each of set.brought) {
    if (each.problem === null)
      print({ style: 'good', text: 'set' }, ` ${each.function}: ${versionWords(each)}`);
    else print({ style: 'bad', text: 'not set' }, ` ${each.function}: ${each.problem}`);
    for (const warning of each.warnings) {
      complain({ style: 'doubt', text: 'warning' }, ` ${each.function}: ${warning}`);
    }
  }
  for (const name of set.unneeded) {
    complain({ style: 'doubt', text: 'warning' }, ` ${name}: no function reads it; it was left out`);
  }
  if (set.publicKey !== null) {
    print(`its public half, for gate.publicKeys in the configuration: ${set.publicKey}`);
    print(`then: watchdog deploy prepare ${folder}`);
  }
  if (set.shown !== null) print(set.shown);
  const missing = set.needs.filter((need) => need.missing.length > 0);
  if (missing.length > 0) {
    print(`still missing: ${missing.map((need) => `${need.name} (${need.missing.join(', ')})`).join(', ')}`);
  } else print('every secret is set; next: terraform apply');
}

async function run(
  folder: string,
  given: { readonly name: string | null; readonly options: SetOptions },
  world: { readonly context: Context; readonly input: SecretInput },
): Promise<ExitCode> {
  const { terminal } = world.context;
  const set = await setIn(folder, given, world);
  const isJson = given.options.json === true;
  if (isRefusal(set)) {
    if (isJson) terminal.json({ ok: false, message: set.message });
    else terminal.complain(set.message);
    return set.code;
  }
  const isGood = set.brought.every(({ problem }) => problem === null);
  if (isJson) terminal.json({ ok: isGood, ...set });
  else show(folder, set, world.context);
  return isGood ? 0 : 1;
}

export function addSecretsSet(group: Command, context: Context, openInput: () => SecretInput): void {
  group
    .command('set')
    .description(
      'gives secrets to the functions that read them: typed, from a file, a pipe or the environment',
    )
    .argument('<folder>', 'the folder of the deployment')
    .argument('[name]', 'one secret; all that are needed if left out')
    .option('--file <file>', 'a file with one NAME=value a line; - is a pipe')
    .option('--from-env', 'the values of the environment variables of the same names')
    .option(
      '--random',
      'makes a token of 32 bytes; without a name, each that is missing and that nobody else gives out',
    )
    .addOption(
      new Option('--generate <kind>', 'makes a signing key, and prints its public half').choices(['ed25519']),
    )
    .option('--replace', 'makes a new one although there is one; whoever has the former is locked out')
    .option('--show', 'prints what --random has made')
    .option('--outputs <file>', 'what terraform output -json has printed, instead of asking Terraform')
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      examples(
        ['watchdog secrets set .', 'asks for each that is missing; nothing is shown'],
        ['watchdog secrets set . TELEGRAM_TOKEN', 'one of them; or through a pipe: … < token.txt'],
        ['watchdog secrets set . --file secrets.env', 'many at once'],
        ['watchdog secrets set . --random', 'tokens of the house, and whatever else nobody has to think up'],
        ['watchdog secrets set . GATE_KEY --generate ed25519', 'the key of the gate'],
      ) + exitCodesHelp,
    )
    .action(async (folder: string, name: string | undefined, options: SetOptions) => {
      context.end(await run(folder, { name: name ?? null, options }, { context, input: openInput() }));
    });
}
