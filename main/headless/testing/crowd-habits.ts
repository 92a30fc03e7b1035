/** Where a crowd gathers. */
interface Address {
  host: string;
  origin: string;
}

/** What one of a crowd says on its connection: at once, and then every second. */
export interface Habit {
  first(address: Address): string;
  again: string;
}

const post = ({ host, origin }: Address, lengthBytes: number) =>
  `POST /session HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\n` +
  `Content-Type: application/json\r\nContent-Length: ${lengthBytes}\r\n\r\n`;

/** The ways in which strangers hold a server up without ever signing in. */
export const crowdHabits: Readonly<Record<string, Habit>> = {
  'silent connections': { first: () => '', again: '' },
  'headers that never end': {
    first: ({ host }) => `GET / HTTP/1.1\r\nHost: ${host}\r\n`,
    again: 'X-Slow: 1\r\n',
  },
  'bodies that never end': { first: (address) => post(address, 500), again: ' ' },
  'wrong tokens': {
    first: (address) => `${post(address, 53)}{"token":"${'A'.repeat(41)}"}`,
    again: '',
  },
  'one page after another': {
    first: ({ host }) => `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    again: 'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  },
};
