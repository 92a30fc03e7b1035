import dgram from 'node:dgram';
import net from 'node:net';

function refuse(): never {
  throw new Error('An engine opens no connection.');
}

/**
 * Takes the network from this process's own code and its packages, on every system. What a native
 * library does by itself only the system can refuse: see confinement/.
 */
export function refuseNetwork(): void {
  net.Socket.prototype.connect = refuse;
  dgram.createSocket = refuse;
}
