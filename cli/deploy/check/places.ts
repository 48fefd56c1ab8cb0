// Regions, zones and machine types that there are, as far as that can be known without asking Google: for typing errors, not for what has stock.

/** https://cloud.google.com/compute/docs/regions-zones, as of 2026-11: a newer one is doubted, and not refused. */
const regions = new Set([
  'africa-south1',
  'asia-east1',
  'asia-east2',
  'asia-northeast1',
  'asia-northeast2',
  'asia-northeast3',
  'asia-south1',
  'asia-south2',
  'asia-southeast1',
  'asia-southeast2',
  'asia-southeast3',
  'australia-southeast1',
  'australia-southeast2',
  'europe-central2',
  'europe-north1',
  'europe-north2',
  'europe-southwest1',
  'europe-west1',
  'europe-west10',
  'europe-west12',
  'europe-west2',
  'europe-west3',
  'europe-west4',
  'europe-west6',
  'europe-west8',
  'europe-west9',
  'me-central1',
  'me-central2',
  'me-west1',
  'northamerica-northeast1',
  'northamerica-northeast2',
  'northamerica-south1',
  'southamerica-east1',
  'southamerica-west1',
  'us-central1',
  'us-east1',
  'us-east4',
  'us-east5',
  'us-south1',
  'us-west1',
  'us-west2',
  'us-west3',
  'us-west4',
]);

/** Where zones do not begin with a. */
const withoutA = new Set(['europe-west1', 'us-east1']);

/** https://cloud.google.com/compute/docs/machine-resource */
const families = new Set([
  'c2',
  'c2d',
  'c3',
  'c3d',
  'c4',
  'c4a',
  'c4d',
  'e2',
  'm3',
  'n1',
  'n2',
  'n2d',
  'n4',
  'n4d',
  't2a',
  't2d',
  'z3',
]);
const arm = new Set(['c4a', 't2a']);
const classes = new Set([
  'standard',
  'highmem',
  'highcpu',
  'megamem',
  'ultramem',
  'custom',
  'micro',
  'small',
  'medium',
]);

/** `wrong` cannot be; `doubtful` is not known to this version. */
export type Doubt = { readonly kind: 'wrong' | 'doubtful'; readonly says: string };

export function regionDoubt(region: string): Doubt | null {
  if (!/^[a-z]+-[a-z]+\d{1,2}$/.test(region)) {
    return {
      kind: 'wrong',
      says: /-[a-z]$/.test(region)
        ? 'is a zone; write its region, without the letter'
        : 'is no region; write one such as europe-west1',
    };
  }
  if (regions.has(region)) return null;
  const [continent] = region.split('-');
  const near = [...regions].filter((each) => each.startsWith(`${continent}-`)).toSorted();
  return {
    kind: 'doubtful',
    says: `is no region that this version knows${near.length === 0 ? '' : `; near it are ${near.join(', ')}`}`,
  };
}

export function zoneDoubt(zone: string): Doubt | null {
  const [, region = '', letter = ''] = /^(.+)-([a-z])$/.exec(zone) ?? [];
  if (region === '') return { kind: 'wrong', says: 'is no zone; write one such as europe-west1-b' };
  const doubt = regionDoubt(region);
  if (doubt !== null) return doubt;
  if (letter === 'a' && withoutA.has(region)) {
    return { kind: 'wrong', says: `is not there: the zones of ${region} are b, c and d` };
  }
  return letter > 'f' ? { kind: 'doubtful', says: 'has a letter that no region goes as far as' } : null;
}

export function machineDoubt(machine: string): Doubt | null {
  const [family = '', kind = '', size = ''] = machine.split('-');
  if (!families.has(family)) {
    return {
      kind: 'doubtful',
      says: `is of no family that this version knows (${[...families].join(', ')})`,
    };
  }
  if (!classes.has(kind)) {
    return { kind: 'wrong', says: `is no machine type; write one such as ${family}-standard-4` };
  }
  if (['micro', 'small', 'medium'].includes(kind)) {
    return { kind: 'wrong', says: 'has a processor that is shared: no chain is ever synced by it' };
  }
  if (!/^\d+$/.test(size))
    return { kind: 'wrong', says: `is no machine type; write one such as ${family}-standard-4` };
  return arm.has(family)
    ? { kind: 'doubtful', says: 'has Arm processors; are the images of the clients made for them?' }
    : null;
}
