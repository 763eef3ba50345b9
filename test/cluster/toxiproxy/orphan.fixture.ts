/** Starts a Toxiproxy, says where it is, and waits to be killed. argv: which one, the file for its log. */

import { startToxiproxy } from '#src/cluster/toxiproxy/discover';

const prefer = process.argv[2] === 'real' ? 'real' : 'embedded';
const server = await startToxiproxy({ prefer, url: '', logFile: process.argv[3] });
process.stdout.write(`${JSON.stringify({ pid: server.pid, url: server.url })}\n`);
setInterval(() => {}, 1000);
