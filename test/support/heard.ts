// News of a house, as a store takes them in.
import { hear, wellAt } from '../../functions/domain/hear.ts';
import type { PowerState } from '../../functions/domain/facts.ts';
import type { ToldPort } from '../../functions/domain/lease.ts';
import type { PulseStore } from '../../functions/stores/store.ts';

/** A source says at `at` that all is well. */
export async function hearBeat(store: PulseStore, site: string, source: string, at: number): Promise<void> {
  await store.changePulse(site, (pulse) => hear(pulse, wellAt(source, at)));
}

/** The sender of ports tells one at `at`, through an exit. */
export async function hearPort(
  store: PulseStore,
  site: string,
  told: ToldPort & { readonly at: number },
): Promise<void> {
  const { at, ...port } = told;
  const ports = [{ ...port, refusal: null }];
  await store.changePulse(site, (pulse) => hear(pulse, { ...wellAt('cluster', at), ports }));
}

/** The UPS says at `at` what it runs on. */
export async function hearPower(
  store: PulseStore,
  site: string,
  said: { readonly state: PowerState; readonly at: number },
): Promise<void> {
  const power = [{ ups: 'ups', state: said.state, charge: null, runtimeMs: null }];
  await store.changePulse(site, (pulse) => hear(pulse, { ...wellAt('ups', said.at), says: 'lives', power }));
}
