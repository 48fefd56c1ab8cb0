// The part of the lab's configuration that says where nodes may be made in the pretend cloud, and what they would cost.
import type { StandbyRules } from '../../functions/domain/standby/rules.ts';

export const labProject = 'basement-lab';
const labPrefix = 'bw';

/** In the order in which they are tried. */
export const labZones = ['europe-west3-a', 'europe-west3-b', 'europe-west4-a'] as const;
const [firstZone, secondZone, thirdZone] = labZones;

const regions = { first: 'europe-west3', second: 'europe-west4' } as const;

const templatesOf = (chain: string): { readonly template: string; readonly drillTemplate: string } => ({
  template: `${labPrefix}-${chain}`,
  drillTemplate: `${labPrefix}-${chain}-drill`,
});

const node = (chain: string, gib: number): object => ({
  machine: 'e2-standard-8',
  disk: { type: 'pd-balanced', gib },
  places: [
    { region: regions.first, zones: [firstZone, secondZone], ...templatesOf(chain) },
    { region: regions.second, zones: [thirdZone], ...templatesOf(chain) },
  ],
});

/** As an operator would write it. The prices are made up for the lab. */
export const labStandbys = {
  project: labProject,
  prefix: labPrefix,
  monthlyCap: 300,
  nodes: { ethereum: node('ethereum', 1500), berachain: node('berachain', 1000) },
  prices: {
    asOf: '2026-11-20',
    currency: 'USD',
    machineHour: { 'e2-standard-8': 0.3 },
    diskGibMonth: { 'pd-balanced': 0.1 },
  },
};

/** The templates that Terraform would have made, by region; `isDrill` of those whose machines end by themselves. */
export const labTemplates: readonly {
  readonly region: string;
  readonly template: string;
  readonly isDrill: boolean;
}[] = Object.values(regions).flatMap((region) =>
  (['ethereum', 'berachain'] as const satisfies readonly (keyof StandbyRules['nodes'])[]).flatMap((chain) => {
    const { template, drillTemplate } = templatesOf(chain);
    return [
      { region, template, isDrill: false },
      { region, template: drillTemplate, isDrill: true },
    ];
  }),
);
