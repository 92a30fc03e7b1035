import { app, dialog } from 'electron';
import { verifyPackage } from './verify-package.ts';

// What lies beside app.asar is checked before anything of it is imported or started: until then
// nothing but files inside app.asar runs, which Electron checks itself.
try {
  if (app.isPackaged) await verifyPackage(process.resourcesPath);
  await import('./start-app.ts');
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  dialog.showErrorBox('Lima Workbench could not start', message);
  app.exit(1);
}
