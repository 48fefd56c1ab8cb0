// Who may sign with which keys, as a headline tells it: only what is not as always, and what must not be done.
import { listed, nameWords, phrase, type Reading, atTime, sinceTime } from './headline-words.ts';
import type { SignerOverview, SiteOverview } from './overview.ts';

/** `here`: with this house, or never handed over at all. */
type Custody = 'here' | 'elsewhere' | 'cloud' | 'nobody' | 'unreadable' | 'not-read';

/** Where the keys of a signer are, by the flag. */
function custodyOf(site: string, { keys }: Pick<SignerOverview, 'keys'>): Custody {
  if (keys === null) return 'not-read';
  if (!keys.isReadable) return 'unreadable';
  if (keys.holder === null || keys.holder === `basement/${site}`) return 'here';
  if (keys.holder === 'none') return 'nobody';
  return keys.holder.startsWith('node/') ? 'cloud' : 'elsewhere';
}

/** Nobody holds the keys of a signer, or it is not known who does. */
export const areKeysInDoubt = ({ site, signers }: Pick<SiteOverview, 'site' | 'signers'>): boolean =>
  signers.some((signer) => ['nobody', 'unreadable'].includes(custodyOf(site, signer)));

const machineOf = (holder: string): string => holder.split('/').at(-1) ?? holder;

function unheld({ id, keys }: SignerOverview, reading: Reading): string {
  if (keys === null || !keys.isReadable) return '';
  const since = keys.since === null ? '' : ` ${sinceTime(keys.since, reading)}`;
  const by = keys.by === null ? '' : `, taken away by ${nameWords(keys.by)}`;
  const guard =
    keys.notBefore === null || keys.notBefore <= reading.at
      ? `ask the guard: watchdog handover status ${id}`
      : `the guard allows it not before ${atTime(keys.notBefore, reading)}`;
  return `Nobody holds the keys of ${id}${since}${by}: nothing may sign with them until somebody takes them; ${guard}.`;
}

function sentence(site: string, signer: SignerOverview, reading: Reading): string {
  const { id, keys } = signer;
  if (keys === null) return '';
  if (!keys.isReadable) {
    return `It is not known who holds the keys of ${id}: ${phrase(keys.why)}. Nothing is made or deleted meanwhile.`;
  }
  const holder = keys.holder ?? '';
  switch (custodyOf(site, signer)) {
    case 'nobody':
      return unheld(signer, reading);
    case 'cloud':
      return `The keys of ${id} are in the cloud, on ${machineOf(holder)}: never start the client of the house.`;
    case 'elsewhere':
      return `The keys of ${id} are with ${holder}: never start the client of this house.`;
    case 'here':
    case 'unreadable':
    case 'not-read':
      return '';
  }
}

/**
 * `isOut`: something may be started elsewhere by somebody who does not know better. `hasDoubt`: a doubt about safety is open, and then nothing is
 * said to be safe.
 */
export function keysSentences(
  site: Pick<SiteOverview, 'site' | 'signers' | 'timezone'>,
  { isOut, hasDoubt, at }: { readonly isOut: boolean; readonly hasDoubt: boolean; readonly at: number },
): string[] {
  const reading: Reading = { at, timezone: site.timezone };
  const custody = site.signers.map((signer) => ({ signer, where: custodyOf(site.site, signer) }));
  const unusual = custody.filter(({ where }) => where !== 'here' && where !== 'not-read');
  const shown = unusual.slice(0, 2).map(({ signer }) => sentence(site.site, signer, reading));
  const rest = unusual.slice(2).map(({ signer }) => signer.id);
  if (rest.length > 0) shown.push(`The same is to be looked up for ${listed(rest)}.`);
  const areHere = custody.length > 0 && custody.every(({ where }) => where === 'here');
  if (isOut && !hasDoubt && areHere) shown.push("Nothing signs twice: the keys are still the house's.");
  return shown;
}
