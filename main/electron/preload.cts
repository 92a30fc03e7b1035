const { contextBridge, ipcRenderer, webUtils }: typeof import('electron') = require('electron');

declare const window: {
  postMessage(
    message: string,
    targetOrigin: string,
    transfer: InstanceType<typeof MessagePort>[],
  ): void;
};

// A page can do two things with the shell: learn where a file lies that a person dropped on it, and
// ask for a port to the core, which then arrives as a
// message event with the data 'lima:port'. The other end goes to main.ts's port pipe.
contextBridge.exposeInMainWorld('limaDesktop', {
  connect(): void {
    const { port1, port2 } = new MessageChannel();
    ipcRenderer.postMessage('lima:connect', null, [port1]);
    window.postMessage('lima:port', '*', [port2]);
  },
  pathOf: (file: Parameters<typeof webUtils.getPathForFile>[0]): string =>
    webUtils.getPathForFile(file),
});
