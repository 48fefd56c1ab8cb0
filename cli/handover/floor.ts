// `watchdog handover floor` and `compare`: what the client that is to sign must hold before it may start, and whether it holds it.
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { Command } from 'commander';
import {
  type Compared,
  compareLastSign,
  compareMarks,
  isProtected,
} from '../../functions/domain/handover/floor.ts';
import { readText } from '../../functions/config/read-text.ts';
import { codeOf } from '../../functions/kit/error.ts';
import { examples, type Context } from '../context.ts';
import { broken, complain, wrong, type Refused } from '../door.ts';
import {
  mostProtectionBytes,
  readProtection,
  writeInterchange,
  writeLastSign,
  type ProtectionRead,
} from '../protection.ts';
import { table } from '../table.ts';
import type { ExitCode } from '../terminal.ts';
import { importCommands } from './client-commands.ts';
import { floorNow, type Floor } from './floor-now.ts';
import { addCommon, type CommonOptions, type Handover, withHandover } from './options.ts';

type Options = CommonOptions & { readonly out: string; readonly force?: true };

const fileText = (floor: Floor): string =>
  floor.of === 'marks' ? writeInterchange(floor.genesisRoot, floor.keys) : writeLastSign(floor.lastSign);

/** For its owner alone, and never over a file that is there. */
function save(path: string, text: string, force: boolean): Refused | null {
  const { O_CREAT, O_EXCL, O_TRUNC, O_WRONLY } = constants;
  try {
    const file = openSync(path, O_CREAT | O_WRONLY | (force ? O_TRUNC : O_EXCL), 0o600);
    try {
      writeSync(file, text);
    } finally {
      closeSync(file);
    }
    return null;
  } catch (error) {
    const isThere = codeOf(error) === 'EEXIST';
    return wrong(
      isThere
        ? `${path} is there already; an older floor must not be taken for this one: name another file, or add --force`
        : `${path} cannot be written (${codeOf(error)})`,
    );
  }
}

async function floor({ world, chosen, context }: Handover, options: Options): Promise<ExitCode> {
  const { terminal } = context;
  const made = await floorNow(world, chosen);
  if (!made.ok) return complain(broken(`no floor was made: ${made.why}`), context);
  const text = fileText(made.value);
  if (options.out === '-') {
    process.stdout.write(text);
    return 0;
  }
  const refused = save(options.out, text, options.force === true);
  if (refused !== null) return complain(refused, context);
  if (options.json === true) {
    terminal.json({ signer: chosen.signer.id, file: options.out, of: made.value.of });
    return 0;
  }
  const [marks] = made.value.of === 'marks' ? [...made.value.keys.values()] : [];
  const what =
    made.value.of === 'last-sign'
      ? `height ${made.value.lastSign.height}`
      : `source ${marks?.source ?? '?'}, target ${marks?.target ?? '?'}, slot ${marks?.slot ?? '?'} for ${made.value.keys.size} keys`;
  terminal.print({ style: 'good', text: options.out }, `: ${what}`);
  for (const line of importCommands(chosen.signer.chain, options.out)) terminal.print(line);
  return 0;
}

export function addFloor(group: Command, context: Context): void {
  const command = group
    .command('floor')
    .description('writes the floor of this moment: below it the client that is to sign never signs')
    .argument('<signer>', 'its id in the configuration')
    .requiredOption('--out <file>', 'where to; - for the standard output')
    .option('--force', 'overwrites the file');
  addCommon(command)
    .addHelpText(
      'after',
      `${examples(['watchdog handover floor eth-1 --out floor.json', 'after the other side was fenced'])}\n\nExit code: 0 written, 1 no floor can be made now, 2 wrong usage or configuration.`,
    )
    .action(async (id: string, options: Options) => {
      context.end(await withHandover(id, { options, context }, (handover) => floor(handover, options)));
    });
}

/** A file that a client or this command has written. */
export function readProtectionFile(path: string, of: 'marks' | 'last-sign'): ProtectionRead {
  const file = readText(path, mostProtectionBytes);
  return file.ok ? readProtection(file.text, of) : { ok: false, why: file.message };
}

const styles = { ok: 'good', below: 'bad', missing: 'bad', extra: 'dim' } as const;

function compareFiles(exported: string, floorFile: string): readonly Compared[] | Refused {
  const isState = readProtectionFile(floorFile, 'last-sign').ok;
  const of = isState ? 'last-sign' : 'marks';
  const [held, wanted] = [readProtectionFile(exported, of), readProtectionFile(floorFile, of)];
  if (!held.ok) return wrong(`${exported} ${held.why}`);
  if (!wanted.ok) return wrong(`${floorFile} ${wanted.why}`);
  if (held.genesisRoot !== wanted.genesisRoot) return wrong('the two files are of different chains');
  const [a, b] = [held.protection, wanted.protection];
  if (a.of === 'marks' && b.of === 'marks') return compareMarks(a.keys, b.keys);
  return a.of === 'last-sign' && b.of === 'last-sign'
    ? [compareLastSign(a.lastSign, b.lastSign)]
    : wrong('the two files are of different kinds');
}

export function addCompare(group: Command, context: Context): void {
  group
    .command('compare')
    .description('holds what a client has exported against a floor, key by key')
    .argument('<export>', 'what the client has exported, or its priv_validator_state.json')
    .argument('<floor>', 'what watchdog handover floor has written')
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      `${examples(['watchdog handover compare export.json floor.json', 'before the client may start'])}\n\nExit code: 0 every key is at or above the floor, 1 one is not, 2 a file cannot be read.`,
    )
    .action((exported: string, floorFile: string, options: { readonly json?: true }) => {
      const { terminal } = context;
      const rows = compareFiles(exported, floorFile);
      if ('message' in rows) {
        context.end(complain(rows, context));
        return;
      }
      const isGood = isProtected(rows);
      if (options.json === true) terminal.json({ isProtected: isGood, keys: rows });
      else {
        const lines = table(
          ['key', 'result', 'what it holds'],
          rows.map(({ key, result, what }) => [key, { style: styles[result], text: result }, what]),
        );
        for (const line of lines) terminal.print(...line);
        terminal.print({
          style: isGood ? 'good' : 'bad',
          text: isGood ? 'every key is protected' : 'NOT PROTECTED: do not start this client',
        });
      }
      context.end(isGood ? 0 : 1);
    });
}
