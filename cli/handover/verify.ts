// `watchdog handover verify`: after the keys were taken. Which keys each side has, whether the protection held, and whether the chain sees them sign.
import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { readText } from '../../functions/config/read-text.ts';
import { canonicalKey } from '../../functions/config/signer.ts';
import type { ChainName } from '../../functions/domain/chain.ts';
import { epochMs } from '../../functions/domain/handover/epochs.ts';
import type { KeyFlag } from '../../functions/domain/standby/key-flag.ts';
import { clockTime, localTime } from '../../functions/views/time.ts';
import { examples, type Context } from '../context.ts';
import { broken, complain, wrong, type Refused } from '../door.ts';
import type { ExitCode } from '../terminal.ts';
import { addCommon, type CommonOptions, type Handover, withHandover } from './options.ts';
import { publicKeysOf } from './floor-now.ts';
import { protectionNow } from './protection-now.ts';
import { showHolder } from './show.ts';
import { epochsOf } from './signer.ts';
import { seenSince } from './seen-since.ts';

type Options = CommonOptions & {
  readonly protection?: string;
  readonly here?: string;
  readonly there?: string;
  readonly thereOff?: true;
};

type Check = { readonly what: string; readonly state: 'met' | 'not-met' | 'unknown'; readonly why: string };

const mostBytes = 2_000_000;
/** Silence of a client that looks for its own double. Source: https://lighthouse-book.sigmaprime.io/validator_doppelganger.html */
const doppelgangerEpochs = 3;

/** What a key is to be written as in the configuration, so that it can be told what a client has. */
const howToTell = {
  ethereum: 'the public key',
  cometbft: 'the consensus address',
  berachain: 'the consensus address',
} as const;

/** How clients write public keys: those of Ethereum in hex; those of CometBFT as address in hex, as key in hex, or in base64 as it prints them. */
const listed = {
  ethereum: /(?<![0-9a-z])(?:0x)?[0-9a-f]{96}(?![0-9a-z])/gi,
  cometbft:
    /(?<![0-9a-z+/])(?:(?:0x)?(?:[0-9a-f]{192}|[0-9a-f]{96}|[0-9a-f]{40})|[0-9a-z+/]{128}|[0-9a-z+/]{43}=)(?![0-9a-z+/=])/gi,
} as const;

/** Source of the address: https://github.com/cometbft/cometbft/blob/v0.38.x/spec/core/data_structures.md#address */
function canonical(key: string, chain: ChainName): string {
  if (chain === 'ethereum') return `0x${key.toLowerCase().replace(/^0x/, '')}`;
  return key.endsWith('=')
    ? createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 40)
    : canonicalKey(key, chain);
}

/** Public keys out of what a client lists: the answer of its keymanager API, what a node prints, or one key on each line. Never a file with keys. */
function keysIn(path: string, chain: ChainName): readonly string[] | Refused {
  const file = readText(path, mostBytes);
  if (!file.ok) return wrong(`${path} ${file.message}`);
  if (/priv_key|"crypto"|mnemonic/i.test(file.text))
    return wrong(`${path} is a KEY FILE: give the list of public keys`);
  const found = file.text.match(chain === 'ethereum' ? listed.ethereum : listed.cometbft) ?? [];
  return [...new Set(found.map((key) => canonical(key, chain)))];
}

/** Whom the keys of the flag are listed as. An index of Ethereum, and a compressed key of Berachain, is nothing that a client lists: null then. */
async function listedAs({ world, chosen }: Handover, flag: KeyFlag): Promise<ReadonlySet<string> | null> {
  const { chain, id } = chosen.signer;
  if (chain !== 'ethereum') {
    return flag.publicKeys.every((key) => key.length === 40) ? new Set(flag.publicKeys) : null;
  }
  const shown = await publicKeysOf(world.sources(id), flag.publicKeys, world);
  return shown.ok ? new Set(shown.value) : null;
}

async function keySets(
  handover: Handover,
  flag: KeyFlag,
  { here, there, thereOff }: Options,
): Promise<readonly Check[] | Refused> {
  const { chosen } = handover;
  const { chain } = chosen.signer;
  const known = await listedAs(handover, flag);
  const isByKey = known !== null;
  const wanted = known ?? new Set<string>();
  const checks: Check[] = [];
  if (here === undefined) {
    checks.push({
      what: 'this side has exactly these keys',
      state: 'unknown',
      why: 'give what it lists with --here',
    });
  } else {
    const found = keysIn(here, chain);
    if ('message' in found) return found;
    const missing = isByKey ? [...wanted].filter((key) => !found.includes(key)) : [];
    const extra = isByKey ? found.filter((key) => !wanted.has(key)) : [];
    const isExact = found.length === chosen.signer.keys.length && missing.length === 0 && extra.length === 0;
    const why = `${found.length} of ${chosen.signer.keys.length}${missing.length === 0 ? '' : `; missing ${missing.join(', ')}`}${extra.length === 0 ? '' : `; not of this signer: ${extra.join(', ')}`}`;
    // Counting alone does not tell one key from another.
    const isTold = isByKey || !isExact;
    checks.push({
      what: 'this side has exactly these keys',
      state: isTold ? (isExact ? 'met' : 'not-met') : 'unknown',
      why: isTold ? why : `${why} by number; ${howToTell[chain]} in the configuration tells which`,
    });
  }
  if (thereOff === true) {
    checks.push({
      what: 'the other side has none of them',
      state: 'met',
      why: 'you say that it is off, and cannot be listed',
    });
  } else if (there === undefined) {
    checks.push({
      what: 'the other side has none of them',
      state: 'unknown',
      why: 'give what it lists with --there, or say --there-off',
    });
  } else {
    const found = keysIn(there, chain);
    if ('message' in found) return found;
    const ours = isByKey ? found.filter((key) => wanted.has(key)) : found;
    checks.push({
      what: 'the other side has none of them',
      state: ours.length === 0 ? 'met' : 'not-met',
      why: ours.length === 0 ? 'none' : `STOP IT: it still has ${ours.join(', ')}`,
    });
  }
  return checks;
}

async function protection(
  { world, chosen }: Handover,
  flag: KeyFlag,
  { protection: path }: Options,
): Promise<Check> {
  const what = 'its protection is at or above the floor of the moment at which it took the keys';
  if (path === undefined)
    return { what, state: 'unknown', why: 'export it again, and give it with --protection' };
  const fact = await protectionNow(world, chosen, { path, fencedAt: flag.since });
  return { what, state: fact.problem === null ? 'met' : 'not-met', why: fact.problem ?? path };
}

async function signing(handover: Handover, flag: KeyFlag): Promise<Check> {
  const { world, chosen, context } = handover;
  const what = 'the chain sees every key sign';
  const keys = chosen.signer.keys.length;
  const seen = await seenSince(handover, flag.since);
  if (seen.size === keys) return { what, state: 'met', why: `${keys} of ${keys}` };
  const epochs = epochsOf(chosen.network);
  const silentUntil = epochs === null ? flag.since : flag.since + (doppelgangerEpochs + 1) * epochMs(epochs);
  const at = world.clock.now();
  const count = `${seen.size} of ${keys} since ${clockTime(flag.since, context.terminal.timezone).slice(11)}`;
  return at < silentUntil
    ? {
        what,
        state: 'unknown',
        why: `${count}; with doppelganger protection it is silent on purpose until about ${localTime(silentUntil, context.terminal.timezone)}. NEVER start the other side "to check"`,
      }
    : {
        what,
        state: 'not-met',
        why: `${count}; look at the client that has them, and never start the other side "to check"`,
      };
}

const marks = {
  met: { text: '✓', style: 'good' },
  'not-met': { text: '✗', style: 'bad' },
  unknown: { text: '?', style: 'doubt' },
} as const;

export async function verify(handover: Handover, options: Options): Promise<ExitCode> {
  const { world, chosen, context } = handover;
  const { terminal } = context;
  const { id } = chosen.signer;
  const { read } = await world.keys.read(id);
  if (!read.isReadable) return complain(broken(`the keys database cannot be read: ${read.why}`), context);
  const { flag } = read;
  if (flag === null || flag.holder.kind === 'none') {
    return complain(
      { ok: false, message: `nobody holds the keys of ${id}: there is nothing to verify`, code: 3 },
      context,
    );
  }
  const sets = await keySets(handover, flag, options);
  if ('message' in sets) return complain(sets, context);
  const checks = [...sets, await protection(handover, flag, options), await signing(handover, flag)];
  const isWrong = checks.some(({ state }) => state === 'not-met');
  const isGood = checks.every(({ state }) => state === 'met');
  if (options.json === true) terminal.json({ signer: id, isVerified: isGood, checks });
  else {
    showHolder(id, read, context, world.clock.now());
    for (const { what, state, why } of checks) terminal.print('  ', marks[state], ` ${what}: ${why}`);
    terminal.print(
      isGood
        ? { style: 'good', text: 'verified' }
        : { style: isWrong ? 'bad' : 'doubt', text: isWrong ? 'NOT AS IT SHOULD BE' : 'not verified yet' },
    );
  }
  if (isGood) return 0;
  return isWrong ? 1 : 3;
}

export function addVerify(group: Command, context: Context): void {
  const command = group
    .command('verify')
    .description('after a take: the keys of both sides, the protection, and whether the chain sees them sign')
    .argument('<signer>', 'its id in the configuration')
    .option('--protection <file>', 'what the client has exported once more')
    .option(
      '--here <file>',
      'what the side lists that has the keys now: answer of its keymanager, or one public key on each line',
    )
    .option('--there <file>', 'what the other side lists')
    .option('--there-off', 'the other side is off and cannot be asked');
  addCommon(command)
    .addHelpText(
      'after',
      `${examples([
        'watchdog handover verify eth-1 --protection export.json --here keys.json --there-off',
        'a quarter of an hour after the take',
      ])}\n\nExit code: 0 verified, 3 not yet, 1 something is wrong, 2 wrong usage or configuration.`,
    )
    .action(async (id: string, options: Options) => {
      context.end(await withHandover(id, { options, context }, (handover) => verify(handover, options)));
    });
}
