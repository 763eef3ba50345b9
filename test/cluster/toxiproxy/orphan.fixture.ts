/** Starts a Toxiproxy, says where it is, and waits to be killed. */

import { startToxiproxy } from '#src/cluster/toxiproxy/discover';

const prefer = process.argv[2] === 'real' ? 'real' : 'embedded';
const server = await startToxiproxy({ prefer, url: '' });
process.stdout.write(`${JSON.stringify({ pid: server.pid, url: server.url })}\n`);
setInterval(() => {}, 1000);
