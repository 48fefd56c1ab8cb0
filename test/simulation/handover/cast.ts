// Who the simulation is about.
import type { Direction } from '../../../functions/domain/handover/facts.ts';
import type { Side } from './machine.ts';

export const signer = { id: 'eth-1', site: 'home', keys: ['17'] };
export const cloudNode = { project: 'p', zone: 'eu-1-a', name: 'bw-eth-1' } as const;

export const other = (side: Side): Side => (side === 'house' ? 'cloud' : 'house');
export const sideOf = (to: Direction): Side => (to === 'cloud' ? 'cloud' : 'house');
