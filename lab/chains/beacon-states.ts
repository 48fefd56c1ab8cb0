// What a pretend beacon node answers of the chain as such and of its states: fork, checkpoints, committees, validators.
import { type ApiAnswer, ok } from './api.ts';
import { checkpointOf, isFinal, natural, refuse, type View, withState } from './beacon-view.ts';
import { recordOf } from './validator-record.ts';

const forkVersion = '0x06000000';
const previousVersion = '0x05000000';
const genesisVersion = '0x00000000';

const forks = ['ALTAIR', 'BELLATRIX', 'CAPELLA', 'DENEB', 'ELECTRA', 'FULU'] as const;

export function genesis({ chain }: View): ApiAnswer {
  return ok({
    data: {
      genesis_time: String(chain.options.genesisTime),
      genesis_validators_root: chain.genesisRoot,
      genesis_fork_version: genesisVersion,
    },
  });
}

/** All forks were at genesis. */
export const forkSchedule = (): ApiAnswer =>
  ok({
    data: forks.map((_, index) => ({
      previous_version: `0x0${index}000000`,
      current_version: `0x0${index + 1}000000`,
      epoch: '0',
    })),
  });

/** All forks were at genesis. */
export function spec({ chain }: View): ApiAnswer {
  const { secondsPerSlot, slotsPerEpoch, epochsPerSyncPeriod, syncCommitteeSize } = chain.options;
  const versions = forks.flatMap((name, index) => [
    [`${name}_FORK_VERSION`, `0x0${index + 1}000000`],
    [`${name}_FORK_EPOCH`, '0'],
  ]);
  return ok({
    data: {
      PRESET_BASE: 'mainnet',
      CONFIG_NAME: 'pretend',
      MIN_GENESIS_TIME: String(chain.options.genesisTime),
      GENESIS_FORK_VERSION: genesisVersion,
      GENESIS_DELAY: '0',
      ...Object.fromEntries(versions),
      SECONDS_PER_SLOT: String(secondsPerSlot),
      SLOT_DURATION_MS: String(secondsPerSlot * 1000),
      SLOTS_PER_EPOCH: String(slotsPerEpoch),
      SYNC_COMMITTEE_SIZE: String(syncCommitteeSize),
      EPOCHS_PER_SYNC_COMMITTEE_PERIOD: String(epochsPerSyncPeriod),
      MIN_SEED_LOOKAHEAD: '1',
      MAX_SEED_LOOKAHEAD: '4',
      MAX_COMMITTEES_PER_SLOT: '64',
      MAX_VALIDATORS_PER_COMMITTEE: '2048',
      MAX_ATTESTATIONS_ELECTRA: '8',
      FAR_FUTURE_EPOCH: '18446744073709551615',
      DEPOSIT_CHAIN_ID: '1',
    },
  });
}

const ofState = (view: View, slot: number, data: unknown): ApiAnswer =>
  ok({ execution_optimistic: false, finalized: isFinal(view, slot), data });

export const fork = (view: View, name: string): ApiAnswer =>
  withState(view, name, (slot) =>
    ofState(view, slot, {
      previous_version: previousVersion,
      current_version: forkVersion,
      epoch: '0',
    }),
  );

export const checkpoints = (view: View, name: string): ApiAnswer =>
  withState(view, name, (slot) => {
    const { previousJustified, justified, finalized } = view.chain.checkpoints(slot);
    const shown = (epoch: number): object => checkpointOf(view.chain, epoch, view.lies);
    return ofState(view, slot, {
      previous_justified: shown(previousJustified),
      current_justified: shown(justified),
      finalized: shown(finalized),
    });
  });

/** Undefined when there is no such parameter, null when it is no number. */
function numberIn(url: URL, name: string): number | null | undefined {
  const text = url.searchParams.get(name);
  return text === null ? undefined : natural(text);
}

function committeesIn(view: View, stateSlot: number): ApiAnswer {
  const { chain, url } = view;
  const { slotsPerEpoch, committeesPerSlot } = chain.options;
  const stateEpoch = chain.epochOf(stateSlot);
  const [epoch = stateEpoch, slot, index] = ['epoch', 'slot', 'index'].map((name) => numberIn(url, name));
  if (epoch === null || slot === null || index === null) {
    return refuse(400, 'Invalid epoch, slot or index');
  }
  if (Math.abs(epoch - stateEpoch) > 1) return refuse(400, `Epoch ${epoch} is out of range of this state`);
  if (slot !== undefined && chain.epochOf(slot) !== epoch) {
    return refuse(400, `Slot ${slot} is not in epoch ${epoch}`);
  }
  if (index !== undefined && index >= committeesPerSlot) return refuse(400, `No committee ${index}`);
  const first = epoch * slotsPerEpoch;
  const slots =
    slot === undefined ? Array.from({ length: slotsPerEpoch }, (_, each) => first + each) : [slot];
  const data = slots.flatMap((each) =>
    chain
      .committees(each)
      .map((members, place) => ({
        index: String(place),
        slot: String(each),
        validators: members.map(String),
      }))
      .filter((_, place) => index === undefined || place === index),
  );
  return ofState(view, stateSlot, data);
}

export const committees = (view: View, name: string): ApiAnswer =>
  withState(view, name, (slot) => committeesIn(view, slot));

const listed = (url: URL, name: string): string[] =>
  url.searchParams.getAll(name).flatMap((list) => list.split(','));

const isKey = (id: string): boolean => /^0x[0-9a-f]{96}$/i.test(id);

function validatorsIn(view: View, slot: number): ApiAnswer {
  const { chain, url } = view;
  const { validatorCount } = chain.options;
  const ids = listed(url, 'id');
  const wrong = ids.find((id) => natural(id) === null && !isKey(id));
  if (wrong !== undefined) return refuse(400, `Invalid validator ID: ${wrong}`);
  const indices =
    ids.length === 0
      ? Array.from({ length: validatorCount }, (_, index) => index)
      : ids.flatMap((id) => natural(id) ?? chain.indexOf(id.toLowerCase()) ?? []);
  const statuses = listed(url, 'status');
  const records = [...new Set(indices)]
    // Whom the state does not know is not in the answer.
    .filter((index) => index < validatorCount)
    .map((index) => recordOf(view, index, slot))
    .filter(
      ({ status }) =>
        statuses.length === 0 || statuses.some((each) => status === each || status.startsWith(`${each}_`)),
    );
  return ofState(view, slot, records);
}

export const validators = (view: View, name: string): ApiAnswer =>
  withState(view, name, (slot) => validatorsIn(view, slot));
