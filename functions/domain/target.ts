// The roles that a probed target can have.

/**
 * inbound: a port of the basement through the VPN exit. exit: the VPN server itself. reference: hosts known to be up, which
 * show whether our own network works. chain: public RPCs of at least two operators.
 */
export const roles = ['inbound', 'exit', 'reference', 'chain'] as const;
export type Role = (typeof roles)[number];
