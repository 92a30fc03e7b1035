// An engine that is started and says nothing, as when its libraries lie on a disk that hangs.
process.on('SIGTERM', () => undefined);
setInterval(() => undefined, 1000);
