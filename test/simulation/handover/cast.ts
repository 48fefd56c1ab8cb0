// Who the simulation is about.
export const signer = { id: 'eth-1', site: 'home', keys: ['17'] };
export const cloudNode = { project: 'p', zone: 'eu-1-a', name: 'bw-eth-1' } as const;
