import { stripTypeScriptTypes } from 'node:module';

// Without it each worker thread compiles its own WebAssembly of Node's type stripper and frees it
// at its end, and V8 now and then aborts the process: "Check failed: jit_page.has_value()".
stripTypeScriptTypes('let held: true;');
