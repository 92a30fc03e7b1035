import { connect } from 'node:net';
import { crowdHabits } from './crowd-habits.ts';

/** A member is back this long after the server ended its connection. */
const pauseMs = 500;

/** `fixture-crowd.ts HOST:PORT HABIT MEMBERS`: strangers with one habit, who come again until killed. */
const [host = '', name = '', members = ''] = process.argv.slice(2);
const habit = crowdHabits[name];
if (!habit) throw new Error(`No crowd has the habit "${name}"`);

function join(): void {
  const socket = connect({ port: Number(host.split(':')[1]), host: '127.0.0.1' });
  socket.on('connect', () => socket.write(habit?.first({ host, origin: `http://${host}` }) ?? ''));
  const timer = setInterval(() => socket.write(habit?.again ?? ''), 1000);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    clearInterval(timer);
    setTimeout(join, pauseMs);
  });
  socket.resume();
}

for (let member = 0; member < Number(members); member++) join();
