/** What `fixture-escape` tries; `outcome` is 'done', or the code of what it failed with. */
export type EscapeRequests = {
  try: {
    params: {
      what:
        | 'read'
        | 'read on a thread'
        | 'list'
        | 'write'
        | 'write on a thread'
        | 'write scratch'
        | 'run'
        | 'signal'
        | 'connect'
        | 'connect locally'
        | 'connect by Node';
      path: string;
      port: number;
    };
    event: never;
    result: { outcome: string; scratchDir: string };
  };
};
